#include "report/read/lines.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace twofold::report {
namespace {

using nlohmann::json;

json parsed(const std::string& line) { return json::parse(line, nullptr, false); }

double number_in(const json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_number() ? found->get<double>() : kNoNumber;
}

int64_t integer_in(const json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

std::string text_in(const json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

constexpr std::string_view kStandardError = "/stderr";

void add_metric(const std::string& key, const json& value, Scored& to) {
  if (!value.is_number() || key.find('/') == std::string::npos) return;
  if (key.ends_with(kStandardError)) {
    to.metrics[key.substr(0, key.size() - kStandardError.size())].standard_error =
        value.get<double>();
  } else {
    to.metrics[key].value = value.get<double>();
  }
}

/// "update/blocks/0/attn/q_proj/rank90": of a module. False: another key.
bool add_update(const std::string& key, const json& value, Scored& to) {
  constexpr std::string_view kUpdate = "update/";
  if (!key.starts_with(kUpdate) || !value.is_number()) return false;
  const size_t slash = key.rfind('/');
  const std::string module = key.substr(kUpdate.size(), slash - kUpdate.size());
  const auto measure = std::ranges::find(kUpdateMeasures, key.substr(slash + 1),
                                         [](const UpdateMeasure& each) { return each.key; });
  if (slash <= kUpdate.size() || measure == kUpdateMeasures.end()) return false;
  const auto [measures, is_new] = to.updates.try_emplace(module);
  if (is_new) measures->second.fill(kNoNumber);
  measures->second[static_cast<size_t>(measure - kUpdateMeasures.begin())] = value.get<double>();
  return true;
}

Scored scored_in(const json& line) {
  Scored at{.step = integer_in(line, "step"),
            .phase = static_cast<int>(integer_in(line, "phase")),
            .moment = text_in(line, "moment")};
  for (const auto& [key, value] : line.items()) {
    if (!add_update(key, value, at)) add_metric(key, value, at);
  }
  std::erase_if(at.metrics, [](const auto& metric) { return std::isnan(metric.second.value); });
  return at;
}

}  // namespace

void add_metrics_line(const std::string& line, RunData& to) {
  const json object = parsed(line);
  if (!object.is_object() || !object.contains("step")) return;
  if (!object.contains("lr")) {
    to.scored.push_back(scored_in(object));
    return;
  }
  to.train.push_back({.step = integer_in(object, "step"),
                      .tokens = integer_in(object, "tokens"),
                      .phase = static_cast<int>(integer_in(object, "phase")),
                      .loss = number_in(object, "loss"),
                      .lr = number_in(object, "lr"),
                      .grad_norm = number_in(object, "grad_norm")});
}

void add_timing_line(const std::string& line, RunData& to) {
  const json object = parsed(line);
  if (!object.is_object() || !object.contains("tokens_per_s")) return;
  to.timing.push_back({.step = integer_in(object, "step"),
                       .tokens_per_s = number_in(object, "tokens_per_s"),
                       .rss_mib = number_in(object, "rss_mib"),
                       .elapsed_s = number_in(object, "elapsed_s")});
}

void add_sample_line(const std::string& line, RunData& to) {
  const json object = parsed(line);
  if (object.is_object()) to.samples.push_back({text_in(object, "which"), text_in(object, "text")});
}

void add_log_line(const std::string& line, RunData& to) {
  // "2026-11-29 03:57:26 W text"
  constexpr size_t kLevel = 20, kText = 22;
  if (line.size() <= kText || line[kLevel] != 'W' || line[kLevel + 1] != ' ') return;
  std::string warning = line.substr(kText);
  if (std::ranges::find(to.warnings, warning) == to.warnings.end()) {
    to.warnings.push_back(std::move(warning));
  }
}

}  // namespace twofold::report
