#include "eval/task_evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "data/order/permutation.h"
#include "stats/metric.h"

namespace twofold {

std::vector<Metric> TaskEvaluator::evaluate(const Evaluation& evaluation) {
  TaskScore score = task_->score(evaluation.model, evaluation.progress);
  if (score.cut > 0 && tell_) {
    tell_(fmt::format("{}: {} of {} contexts are too long for the model and lose their beginning",
                      name(), score.cut, task_->items().size()));
    tell_ = nullptr;
  }
  std::vector<Metric> metrics;
  for (const tasks::TaskMetric& metric : score.metrics) {
    metrics.push_back({.name = fmt::format("eval/{}/{}", name(), metric.name),
                       .value = metric.numbers.value(),
                       .better = metric.better,
                       .standard_error = stats::standard_error(metric.numbers)});
  }
  before_ = std::exchange(last_, std::move(score.metrics));
  return metrics;
}

namespace {

constexpr double kConfidence = 0.95;

/// "better" and "worse" are only said beyond the interval.
std::string verdict(const stats::Interval& difference, Metric::Better better) {
  if (!difference.excludes_zero()) return "–";
  return (difference.low > 0) == (better == Metric::Better::kHigher) ? "better" : "worse";
}

std::vector<std::string> row_of(const std::string& task, const tasks::TaskMetric& on,
                                const tasks::TaskMetric& off) {
  const stats::Interval difference = stats::paired_difference(on.numbers, off.numbers, kConfidence);
  return {task,
          on.name,
          fmt::format("{:.4f}", off.numbers.value()),
          fmt::format("{:.4f}", on.numbers.value()),
          fmt::format("{:+.4f} … {:+.4f}", difference.low, difference.high),
          verdict(difference, on.better)};
}

}  // namespace

Table adapters_table(std::span<TaskEvaluator* const> all) {
  Table table{.title = "Tasks (what the adapters change)",
              .header = {"task", "metric", "adapters off", "end", "difference (95 %)", ""},
              .note = "intervals are of the paired bootstrap over the questions"};
  for (const TaskEvaluator* task : all) {
    for (size_t i = 0; i < task->before().size(); ++i) {
      table.rows.push_back(row_of(task->name(), task->before()[i], task->last()[i]));
    }
  }
  return table;
}

std::vector<tasks::Item> sample_of(std::vector<tasks::Item> items, int64_t count,
                                   const std::string& task) {
  if (count <= 0 || count >= std::ssize(items)) return items;
  const Permutation order(std::ssize(items), 0, hash64(task), 0);
  std::vector<int64_t> places;
  for (int64_t i = 0; i < count; ++i) places.push_back(order(i));
  std::ranges::sort(places);
  std::vector<tasks::Item> sample;
  for (const int64_t place : places) sample.push_back(std::move(items[static_cast<size_t>(place)]));
  return sample;
}

}  // namespace twofold
