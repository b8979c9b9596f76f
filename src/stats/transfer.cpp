#include "stats/transfer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace twofold::stats {
namespace {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();
constexpr double kNormal95 = 1.959963984540054;  // the normal distribution's, of 95 %

/// A mean over the tasks that a metric is of.
class Mean {
 public:
  void add(double value) {
    sum_ += value;
    ++count_;
  }
  double value() const { return count_ == 0 ? kNotKnown : sum_ / static_cast<double>(count_); }

 private:
  double sum_ = 0;
  int64_t count_ = 0;
};

/// A matrix as the metrics read it: scores of which higher is better.
class Scores {
 public:
  explicit Scores(const ScoreMatrix& matrix) : matrix_(matrix) {}

  size_t tasks() const { return matrix_.better.size(); }
  size_t last() const { return matrix_.rows.size() - 1; }
  std::optional<size_t> trained(size_t task) const { return matrix_.trained[task]; }
  double at(size_t row, size_t task) const {
    const double value = matrix_.rows[row][task];
    return matrix_.better[task] == Metric::Better::kHigher ? value : -value;
  }
  /// The row at the end of the task that was trained on before `task`.
  std::optional<size_t> before(size_t task) const {
    std::optional<size_t> latest;
    for (const std::optional<size_t>& row : matrix_.trained) {
      if (row && *row < *trained(task) && (!latest || *row > *latest)) latest = row;
    }
    return latest;
  }
  /// The best score of a task at the end of any task that was trained on before the last row.
  double best(size_t task) const {
    double best = -std::numeric_limits<double>::infinity();
    for (const std::optional<size_t>& row : matrix_.trained) {
      if (row && *row < last()) best = std::max(best, at(*row, task));
    }
    return best;
  }

 private:
  const ScoreMatrix& matrix_;
};

double average(const ScoreMatrix& matrix) {
  const bool mixed =
      std::ranges::adjacent_find(matrix.better, std::ranges::not_equal_to{}) != matrix.better.end();
  Mean mean;
  for (const double value : matrix.rows.back()) mean.add(value);
  return mixed ? kNotKnown : mean.value();
}

}  // namespace

TransferMetrics transfer_metrics(const ScoreMatrix& matrix) {
  if (matrix.rows.empty()) return {kNotKnown, kNotKnown, kNotKnown, kNotKnown, kNotKnown};
  const Scores scores(matrix);
  Mean forward, forgetting, forgetting_max;
  for (size_t task = 0; task < scores.tasks(); ++task) {
    if (!scores.trained(task)) continue;
    if (const auto before = scores.before(task)) {
      forward.add(scores.at(*before, task) - scores.at(0, task));
    }
    if (*scores.trained(task) == scores.last()) continue;
    const double now = scores.at(scores.last(), task);
    forgetting.add(scores.at(*scores.trained(task), task) - now);
    forgetting_max.add(scores.best(task) - now);
  }
  return {.average = average(matrix),
          .backward_transfer = 0 - forgetting.value(),
          .forward_transfer = forward.value(),
          .forgetting = forgetting.value(),
          .forgetting_max = forgetting_max.value()};
}

Interval Estimate::interval() const {
  return {value - kNormal95 * standard_error, value + kNormal95 * standard_error};
}

Estimate estimate(double value, std::span<const double> pseudo_values) {
  ItemNumbers numbers(Aggregation::kMean);
  for (const double number : pseudo_values) numbers.add(number);
  return {.value = value,
          .items = std::ssize(pseudo_values),
          .standard_error = standard_error(numbers)};
}

Estimate change(const Scored& before, const Scored& after) {
  const double difference = after.estimate.value - before.estimate.value;
  if (before.pseudo_values.size() != after.pseudo_values.size() || before.pseudo_values.empty()) {
    return {.value = difference,
            .items = std::min(before.estimate.items, after.estimate.items),
            .standard_error =
                std::hypot(before.estimate.standard_error, after.estimate.standard_error)};
  }
  std::vector<double> differences;
  for (size_t i = 0; i < after.pseudo_values.size(); ++i) {
    differences.push_back(after.pseudo_values[i] - before.pseudo_values[i]);
  }
  return estimate(difference, differences);
}

std::string verdict(const Estimate& change, Metric::Better better) {
  if (std::isnan(change.standard_error)) return {};
  const Interval interval = change.interval();
  if (!interval.excludes_zero()) return "unchanged";
  return (interval.low > 0) == (better == Metric::Better::kHigher) ? "learned" : "forgotten";
}

std::string changes_begin(const std::function<bool(const std::string& moment)>& scored) {
  for (const char* moment : {"frozen", "boundary", "start"}) {
    if (scored(moment)) return moment;
  }
  return "";
}

}  // namespace twofold::stats
