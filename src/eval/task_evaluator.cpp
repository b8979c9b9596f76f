#include "eval/task_evaluator.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "data/order/permutation.h"
#include "stats/metric.h"

namespace twofold {

std::vector<Metric> TaskEvaluator::evaluate(const Evaluation& evaluation) {
  const TaskScore score = task_->score(evaluation.model, evaluation.progress);
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
  return metrics;
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
