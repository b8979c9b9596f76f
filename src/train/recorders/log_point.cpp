#include <chrono>
#include <nlohmann/json.hpp>

#include "train/recorders/log_writer.h"

namespace twofold {
namespace {

/// The numbers of a line's entry; those of an object have its keys behind a slash.
void add_numbers(const std::string& name, const nlohmann::ordered_json& entry, LogPoint& point) {
  if (entry.is_number()) point.values.emplace_back(name, entry.get<double>());
  if (!entry.is_object()) return;
  for (const auto& [key, inner] : entry.items()) {
    add_numbers(name + "/" + key, inner, point);
  }
}

/// Whether it is another model that is scored at this moment than the one that is trained, whose
/// own scores are of the same step.
bool is_beside_the_way(const std::string& moment) {
  return moment == "frozen" || moment == "adapters_off";
}

}  // namespace

LogPoint point_of(const nlohmann::ordered_json& line) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  LogPoint point{.step = line.value("step", int64_t{0}), .wall_time = now.count()};
  const std::string moment = line.value("moment", "");
  const bool trained = line.contains("loss");
  std::string prefix = trained ? "train/" : "";
  if (is_beside_the_way(moment)) prefix = moment + "/";
  for (const auto& [key, entry] : line.items()) {
    const bool place = key == "step" || (!trained && (key == "phase" || key == "tokens"));
    if (!place) add_numbers(prefix + key, entry, point);
  }
  return point;
}

}  // namespace twofold
