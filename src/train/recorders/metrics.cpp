#include "train/recorders/metrics.h"

#include <cmath>

namespace twofold {

std::string Metrics::begin(const RunState& state) {
  bool lost = false;
  lines_.emplace(JsonlWriter::continue_at(file_, state.metrics_bytes, lost));
  if (!lost) return {};
  return "metrics.jsonl is shorter than the checkpoint remembers; its missing lines cannot be "
         "written again";
}

void Metrics::sync(RunState& state) { state.metrics_bytes = lines_.value().sync(); }

void Metrics::step(const StepReport& report) {
  if (report.line_due) lines_.value().append(metrics_line(report));
}

void Metrics::validation(const ValidationReport& report) {
  lines_.value().append(metrics_line(report));
}

nlohmann::ordered_json metrics_line(const StepReport& report) {
  return {{"step", report.step}, {"phase", report.phase}, {"tokens", report.tokens},
          {"loss", report.loss}, {"lr", report.lr},       {"grad_norm", report.grad_norm}};
}

nlohmann::ordered_json metrics_line(const ValidationReport& report) {
  nlohmann::ordered_json line = {
      {"step", report.step}, {"phase", report.phase}, {"tokens", report.tokens}};
  if (!report.moment.empty()) line["moment"] = report.moment;
  for (const auto& [dataset, loss] : report.datasets) line["val/" + dataset + "/loss"] = loss;
  for (const Metric& metric : report.metrics) {
    line[metric.name] = metric.value;
    if (!std::isnan(metric.standard_error)) line[metric.name + "/stderr"] = metric.standard_error;
  }
  return line;
}

}  // namespace twofold
