#include "report/read/results.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "formats/json_reader.h"

namespace twofold::report {
namespace {

using formats::JsonReader;
using nlohmann::json;

constexpr const char* kHint = "let the run write it again, or delete it";

Bounds bounds_in(const JsonReader& entry) {
  const std::vector<double> interval = entry.numbers("interval");
  return interval.size() == 2 ? Bounds{interval[0], interval[1]} : Bounds{};
}

std::vector<std::optional<ContinualScore>> row_in(const JsonReader& row, size_t tasks) {
  std::vector<std::optional<ContinualScore>> scores;
  for (const JsonReader& entry : row.items()) {
    scores.emplace_back();
    if (entry.value().is_null()) continue;
    scores.back() = {.value = entry.number("value"), .interval = bounds_in(entry)};
  }
  scores.resize(tasks);
  return scores;
}

ContinualChange change_in(const JsonReader& entry, const Continual& all) {
  const std::string name = entry.text("task", "");
  const auto task = std::ranges::find(all.tasks, name) - all.tasks.begin();
  const bool known = task < std::ssize(all.tasks);
  return {.task = name,
          .metric = known ? all.task_metrics[static_cast<size_t>(task)] : "",
          .from = entry.text("from", ""),
          .to = entry.text("to", ""),
          .value = entry.number("change", kNoNumber),
          .interval = bounds_in(entry),
          .verdict = entry.text("verdict", "")};
}

std::vector<ContinualChange> changes_in(const JsonReader& reader, const char* field,
                                        const Continual& of) {
  std::vector<ContinualChange> all;
  if (const auto changes = reader.find(field)) {
    for (const JsonReader& entry : changes->items()) all.push_back(change_in(entry, of));
  }
  return all;
}

Continual matrix_in(const JsonReader& reader, std::vector<std::string> boundaries) {
  Continual all{.tasks = reader.texts("tasks"), .task_metrics = reader.texts("task_metrics")};
  all.task_metrics.resize(all.tasks.size(), reader.text("metric", "loss"));
  all.boundaries = std::move(boundaries);
  for (const JsonReader& row : reader.at("R").items()) {
    all.scores.push_back(row_in(row, all.tasks.size()));
  }
  all.scores.resize(all.boundaries.size(),
                    std::vector<std::optional<ContinualScore>>(all.tasks.size()));
  const JsonReader metrics = reader.child("metrics");
  for (const auto& [name, value] : metrics.value().items()) {
    if (value.is_number()) all.metrics.emplace_back(name, value.get<double>());
  }
  all.changes = changes_in(reader, "changes", all);
  all.outcome = changes_in(reader, "outcome", all);
  return all;
}

}  // namespace

std::vector<Continual> continual_in(const json& document, const std::string& file) {
  const JsonReader reader(document, file, kHint, JsonReader::Faults::kThrow);
  const std::vector<std::string> boundaries = reader.texts("boundaries");
  std::vector<Continual> all = {matrix_in(reader, boundaries)};
  if (const auto losses = reader.find("validation")) all.push_back(matrix_in(*losses, boundaries));
  return all;
}

AdapterCurve adapter_curve_in(const json& document, const std::string& file) {
  const JsonReader reader(document, file, kHint, JsonReader::Faults::kThrow);
  AdapterCurve curve{.scales = reader.numbers("scales")};
  const JsonReader evaluations = reader.child("evaluations");
  for (const auto& [name, unused] : evaluations.value().items()) {
    std::vector<Estimate> estimates;
    for (const JsonReader& item : evaluations.at(name).items()) {
      estimates.push_back({item.number("value"), item.number("stderr", kNoNumber)});
    }
    estimates.resize(curve.scales.size());
    curve.evaluations.emplace_back(name, std::move(estimates));
  }
  return curve;
}

}  // namespace twofold::report
