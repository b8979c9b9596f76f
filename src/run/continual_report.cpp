#include "run/continual_report.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "run/score_matrix.h"

namespace twofold {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json interval(const stats::Estimate& estimate) {
  if (!std::isfinite(estimate.standard_error)) return nullptr;
  return Json::array({estimate.interval().low, estimate.interval().high});
}

Json entry(const TaskScored* one) {
  if (!one) return nullptr;
  stats::Estimate estimate{.value = one->value, .items = one->items};
  estimate.standard_error = one->standard_error.value_or(std::numeric_limits<double>::quiet_NaN());
  return {{"value", one->value},
          {"n", one->items},
          {"stderr", number(estimate.standard_error)},
          {"interval", interval(estimate)}};
}

/// Changes that matter: from before all training to the end of a task's, and from there to now.
struct Span {
  size_t task, from, to;
};
std::vector<Span> spans(const TaskMatrix& matrix) {
  std::vector<Span> all;
  for (size_t j = 0; j < matrix.tasks(); ++j) {
    const size_t last = matrix.rows() - 1;
    const size_t trained = matrix.numbers().trained[j].value_or(last);
    if (trained > 0) all.push_back({j, 0, trained});
    if (trained < last) all.push_back({j, trained, last});
  }
  return all;
}

/// What the run, or its phase 2 where it has one, has done to each task.
std::vector<Span> outcome(const TaskMatrix& matrix) {
  const std::optional<size_t> from = matrix.row_of(stats::changes_begin(
      [&](const std::string& moment) { return matrix.row_of(moment).has_value(); }));
  std::vector<Span> all;
  if (!from || *from + 1 == matrix.rows()) return all;
  for (size_t j = 0; j < matrix.tasks(); ++j) all.push_back({j, *from, matrix.rows() - 1});
  return all;
}

Json changes_json(const TaskMatrix& matrix, const std::vector<Span>& of) {
  Json all = Json::array();
  for (const Span& span : of) {
    const auto change = matrix.change(span.from, span.to, span.task);
    if (!change) continue;
    const std::string verdict = stats::verdict(*change, matrix.numbers().better[span.task]);
    all.push_back({{"task", matrix.task(span.task)},
                   {"from", matrix.label(span.from)},
                   {"to", matrix.label(span.to)},
                   {"change", number(change->value)},
                   {"stderr", number(change->standard_error)},
                   {"interval", interval(*change)},
                   {"verdict", verdict.empty() ? Json(nullptr) : Json(verdict)}});
  }
  return all;
}

Json metrics_json(const stats::TransferMetrics& metrics) {
  return {{"average", number(metrics.average)},
          {"backward_transfer", number(metrics.backward_transfer)},
          {"forward_transfer", number(metrics.forward_transfer)},
          {"forgetting", number(metrics.forgetting)},
          {"forgetting_max", number(metrics.forgetting_max)}};
}

/// What all tasks have in common; null if they differ.
template <class Get>
Json common(const TaskMatrix& matrix, const Get& get) {
  Json shared;
  for (size_t j = 0; j < matrix.tasks(); ++j) {
    if (j == 0) shared = get(j);
    if (shared != Json(get(j))) return nullptr;
  }
  return shared;
}

void add_matrix(const TaskMatrix& matrix, Json& json) {
  json["tasks"] = Json::array();
  Json trained = Json::array(), metrics = Json::array(), rows = Json::array();
  for (size_t j = 0; j < matrix.tasks(); ++j) {
    json["tasks"].push_back(matrix.task(j));
    metrics.push_back(matrix.metric(j));
    const auto row = matrix.numbers().trained[j];
    trained.push_back(row ? Json(*row) : Json(nullptr));
  }
  for (size_t i = 0; i < matrix.rows(); ++i) {
    Json row = Json::array();
    for (size_t j = 0; j < matrix.tasks(); ++j) row.push_back(entry(matrix.at(i, j)));
    rows.push_back(std::move(row));
  }
  json["metric"] = common(matrix, [&](size_t j) { return matrix.metric(j); });
  json["higher_is_better"] = common(
      matrix, [&](size_t j) { return matrix.numbers().better[j] == Metric::Better::kHigher; });
  json["task_metrics"] = std::move(metrics);
  json["trained"] = std::move(trained);
  json["R"] = std::move(rows);
  json["metrics"] = metrics_json(matrix.metrics());
  json["changes"] = changes_json(matrix, spans(matrix));
  json["outcome"] = changes_json(matrix, outcome(matrix));
}

}  // namespace

void write_continual(const Path& results, const RunPlan& plan, const TrainState& state) {
  if (state.progress.boundaries.empty()) return;  // nothing has been scored
  Json json = {{"boundaries", Json::array()}, {"steps", Json::array()}, {"phases", Json::array()}};
  for (const BoundaryScores& boundary : state.progress.boundaries) {
    json["boundaries"].push_back(boundary.label);
    json["steps"].push_back(boundary.step);
    json["phases"].push_back(boundary.phase);
  }
  const TaskMatrix evaluations(plan, state, kEvaluations), losses(plan, state, kLosses);
  add_matrix(evaluations.tasks() > 0 ? evaluations : losses, json);
  if (evaluations.tasks() > 0 && losses.tasks() > 0) add_matrix(losses, json["validation"]);
  write_atomic(results / kContinualFile, json.dump(1) + "\n");
}

std::map<std::string, std::string> verdicts(const RunPlan& plan, const TrainState& state,
                                            const std::string& from, const std::string& to) {
  std::map<std::string, std::string> all;
  const TaskMatrix losses(plan, state, kLosses);
  const auto before = losses.row_of(from), after = losses.row_of(to);
  for (size_t j = 0; before && after && j < losses.tasks(); ++j) {
    const auto change = losses.change(*before, *after, j);
    if (change) all[losses.task(j)] = stats::verdict(*change, Metric::Better::kLower);
  }
  return all;
}

Table continual_table(const RunPlan& plan, const TrainState& state) {
  Table table{.title = "Tasks in turn (95 % intervals of the change on the same items)",
              .header = {"task", "metric", "from", "to", "before", "after", "change", ""}};
  const TaskMatrix matrix = main_matrix(plan, state);
  for (const Span& span : spans(matrix)) {
    const auto change = matrix.change(span.from, span.to, span.task);
    if (!change) continue;
    const stats::Interval interval = change->interval();
    table.rows.push_back({matrix.task(span.task), matrix.metric(span.task), matrix.label(span.from),
                          matrix.label(span.to),
                          fmt::format("{:.4f}", matrix.at(span.from, span.task)->value),
                          fmt::format("{:.4f}", matrix.at(span.to, span.task)->value),
                          fmt::format("{:+.4f} … {:+.4f}", interval.low, interval.high),
                          stats::verdict(*change, matrix.numbers().better[span.task])});
  }
  std::vector<std::string> notes;
  const Json metrics = metrics_json(matrix.metrics());
  for (const auto& [name, value] : metrics.items()) {
    if (value.is_null()) continue;
    notes.push_back(fmt::format("{} {:.4f}", name, value.get<double>()));
  }
  table.note = join(notes, ", ");
  return table;
}

}  // namespace twofold
