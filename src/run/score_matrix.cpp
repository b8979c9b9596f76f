#include "run/score_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace twofold {
namespace {

/// Whether the stage trains on the task: a dataset, or an evaluation with a dataset's name.
bool trains_on(const StageConfig& stage, const std::string& task) {
  return std::ranges::any_of(stage.mixture, [&](const Sampling& sampling) {
    return task == sampling.label() || task == sampling.name ||
           task.starts_with(sampling.name + "_");
  });
}

}  // namespace

TaskMatrix::TaskMatrix(const RunPlan& plan, const TrainState& state, const std::string& prefix)
    : state_(state) {
  for (const BoundaryScores& boundary : state.progress.boundaries) {
    for (const TaskScored& one : boundary.tasks) {
      const bool known = std::ranges::find(names_, one.name) != names_.end();
      if (known || !one.name.starts_with(prefix)) continue;
      names_.push_back(one.name);
      numbers_.better.push_back(one.higher_is_better ? Metric::Better::kHigher
                                                     : Metric::Better::kLower);
    }
  }
  for (size_t j = 0; j < tasks(); ++j) numbers_.trained.push_back(row_at_end(plan, j));
  for (size_t i = 0; i < state.progress.boundaries.size(); ++i) {
    std::vector<double>& row = numbers_.rows.emplace_back();
    for (size_t j = 0; j < tasks(); ++j) {
      const TaskScored* one = at(i, j);
      row.push_back(one ? one->value : std::numeric_limits<double>::quiet_NaN());
    }
  }
}

std::string TaskMatrix::task(size_t j) const {
  const size_t begin = names_[j].find('/') + 1;
  return names_[j].substr(begin, names_[j].rfind('/') - begin);
}

std::string TaskMatrix::metric(size_t j) const {
  return names_[j].substr(names_[j].rfind('/') + 1);
}

const TaskScored* TaskMatrix::at(size_t i, size_t j) const {
  for (const TaskScored& one : state_.progress.boundaries[i].tasks) {
    if (one.name == names_[j]) return &one;
  }
  return nullptr;
}

std::optional<size_t> TaskMatrix::row_of(const std::string& label) const {
  const auto& all = state_.progress.boundaries;
  const auto found = std::ranges::find(all, label, &BoundaryScores::label);
  if (found == all.end()) return std::nullopt;
  return static_cast<size_t>(found - all.begin());
}

std::optional<size_t> TaskMatrix::row_at_end(const RunPlan& plan, size_t j) const {
  for (const PhasePlan& phase : plan.phases) {
    for (const StagePlan& stage : phase.stages) {
      if (!trains_on(stage.config, task(j))) continue;
      const auto row = row_of(plan.end_label(phase, stage));
      // A phase that ended early, for want of patience, has only its end.
      return row ? row : row_of(plan.end_label(phase, phase.stages.back()));
    }
  }
  return std::nullopt;
}

std::optional<stats::Scored> TaskMatrix::scored(size_t i, size_t j) const {
  const TaskScored* one = at(i, j);
  if (!one) return std::nullopt;
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  stats::Scored scored{.estimate = {.value = one->value,
                                    .items = one->items,
                                    .standard_error = one->standard_error.value_or(unknown)}};
  const auto items = state_.scored_items.find(label(i) + "/" + names_[j]);
  if (items != state_.scored_items.end()) scored.pseudo_values = items->second;
  return scored;
}

std::optional<stats::Estimate> TaskMatrix::change(size_t from, size_t to, size_t j) const {
  const auto before = scored(from, j), after = scored(to, j);
  if (!before || !after) return std::nullopt;
  return stats::change(*before, *after);
}

stats::TransferMetrics TaskMatrix::metrics() const {
  stats::TransferMetrics metrics = stats::transfer_metrics(numbers_);
  // A run that an earlier version began may not know where it began.
  if (!row_of(name_of(Milestone::kStart))) {
    metrics.forward_transfer = std::numeric_limits<double>::quiet_NaN();
  }
  return metrics;
}

TaskMatrix main_matrix(const RunPlan& plan, const TrainState& state) {
  TaskMatrix evaluations(plan, state, kEvaluations);
  return evaluations.tasks() > 0 ? evaluations : TaskMatrix(plan, state, kLosses);
}

}  // namespace twofold
