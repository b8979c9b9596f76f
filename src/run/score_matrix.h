#pragma once
// What a run on several tasks in turn scored at its boundaries, as the matrix R[i][j] of boundary i
// and task j.

#include <optional>
#include <string>
#include <vector>

#include "run/plan/run_plan.h"
#include "run/state.h"
#include "stats/transfer.h"

namespace twofold {

// What the names of tasks begin with, in state.json and in metrics.jsonl.
inline constexpr const char* kEvaluations = "eval/";
inline constexpr const char* kLosses = "val/";

/// The matrix of the tasks whose names begin alike.
class TaskMatrix {
 public:
  /// `plan` and `state` outlive it.
  TaskMatrix(const RunPlan& plan, const TrainState& state, const std::string& prefix);

  size_t tasks() const { return names_.size(); }
  size_t rows() const { return numbers_.rows.size(); }
  const stats::ScoreMatrix& numbers() const { return numbers_; }
  /// "scan", and "exact_match" or "loss".
  std::string task(size_t j) const;
  std::string metric(size_t j) const;
  /// None: that boundary has not been passed.
  std::optional<size_t> row_of(const std::string& label) const;
  const std::string& label(size_t i) const { return state_.progress.boundaries[i].label; }
  /// Null: not scored.
  const TaskScored* at(size_t i, size_t j) const;
  /// From one row to another, on the same items; none where a score is missing.
  std::optional<stats::Estimate> change(size_t from, size_t to, size_t j) const;
  stats::TransferMetrics metrics() const;

 private:
  std::optional<stats::Scored> scored(size_t i, size_t j) const;
  /// The row at the end of the first stage that trains on the task.
  std::optional<size_t> row_at_end(const RunPlan& plan, size_t j) const;
  const TrainState& state_;
  std::vector<std::string> names_;
  stats::ScoreMatrix numbers_;
};

/// Of the evaluations, or where there are none of the validation losses.
TaskMatrix main_matrix(const RunPlan& plan, const TrainState& state);

}  // namespace twofold
