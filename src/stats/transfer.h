#pragma once
// What training on several tasks in turn did to each of them: the metrics of continual learning
// (docs/continual.md), from a matrix of scores.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stats/metric.h"
#include "twofold/evaluator.h"

namespace twofold::stats {

/// Scores of every task at every boundary.
struct ScoreMatrix {
  std::vector<Metric::Better> better = {};  ///< of each task
  /// Of each task, the row that was scored when the training on it ended; none: nothing trains on
  /// it.
  std::vector<std::optional<size_t>> trained = {};
  /// A value a task; NaN: not measured. The first row is from before all training.
  std::vector<std::vector<double>> rows = {};
};

/// NaN where the matrix does not have what a metric needs. The signs are the same for losses and
/// for accuracies: transfer above 0 is a gain, forgetting above 0 is a harm. `average` is the plain
/// mean.
struct TransferMetrics {
  double average = 0;            ///< last row; NaN if not all tasks have the same direction
  double backward_transfer = 0;  ///< from the end of a task's training to the last row
  double forward_transfer = 0;   ///< from the first row to the end of the task before (Avalanche)
  double forgetting = 0;         ///< first − last: backward_transfer, negated (Avalanche)
  double forgetting_max = 0;  ///< best of the rows between tasks − last (Chaudhry et al., 2018)
};
TransferMetrics transfer_metrics(const ScoreMatrix& matrix);

/// A metric and where it lies with 95 % confidence; NaN where items are too few to tell.
struct Estimate {
  double value = 0;
  int64_t items = 0;
  double standard_error = 0;
  Interval interval() const;
};

/// The metric of `items` items that are summed up by these pseudo-values (metric.h).
Estimate estimate(double value, std::span<const double> pseudo_values);

/// The change of a metric from one model to another on the same items. Without as many
/// pseudo-values on either side the two are taken for independent.
struct Scored {
  Estimate estimate = {};
  std::vector<double> pseudo_values = {};
};
Estimate change(const Scored& before, const Scored& after);

/// "learned" or "forgotten" where the interval excludes zero, "unchanged" where it does not; empty
/// where there is no interval.
std::string verdict(const Estimate& change, Metric::Better better);

/// The moment that what a run has done is counted from: "frozen", the weights that its adapters
/// found; else "boundary", those that a phase 2 without adapters found; else "start". Empty if it
/// has `scored` none of them.
std::string changes_begin(const std::function<bool(const std::string& moment)>& scored);

}  // namespace twofold::stats
