#include "run/boundary.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "run/continual_report.h"
#include "run/score_matrix.h"
#include "stats/transfer.h"

namespace twofold {

void BoundaryKeeper::begin(const TrainState& state) const {
  write_continual(run_.results, run_.plan, state);
}

void BoundaryKeeper::note(const std::string& label, TrainState& state) const {
  RunState& now = state.progress;
  // What another run scored there, of other tasks, before this one went on from it.
  std::erase_if(now.boundaries, [&](const auto& boundary) { return boundary.label == label; });
  now.boundaries.push_back(
      {.label = label, .step = now.step, .tokens = now.tokens, .phase = now.phase});
  // Those of an end that was not the end after all.
  std::erase_if(state.scored_items, [&](const auto& items) {
    return !now.find_boundary(items.first.substr(0, items.first.find('/')));
  });
  if (run_.evaluations.validation()) note_losses(label, state);
  note_tasks(label, state);
  write_continual(run_.results, run_.plan, state);
}

void BoundaryKeeper::note_losses(const std::string& label, TrainState& state) const {
  for (const std::string& dataset : run_.evaluations.validation()->all()) {
    stats::ItemNumbers rows(stats::Aggregation::kRatio);
    for (const LossSum& row : run_.evaluations.validation()->row_losses(dataset)) {
      // A row of a dataset with a mask may teach nothing: it has no loss.
      if (row.count > 0) rows.add(std::array{row.sum, static_cast<double>(row.count)});
    }
    note_task(label, {.name = kLosses + dataset + "/loss", .value = rows.value()},
              stats::pseudo_values(rows), state);
  }
}

void BoundaryKeeper::note_tasks(const std::string& label, TrainState& state) const {
  for (const TaskEvaluator* task : run_.tasks) {
    if (task->last().empty()) continue;
    const tasks::TaskMetric& metric = task->last().front();
    note_task(label,
              {.name = fmt::format("{}{}/{}", kEvaluations, task->name(), metric.name),
               .higher_is_better = metric.better == Metric::Better::kHigher,
               .value = metric.numbers.value()},
              stats::pseudo_values(metric.numbers), state);
  }
}

void BoundaryKeeper::note_task(const std::string& label, const TaskScored& task,
                               std::vector<double> items, TrainState& state) const {
  if (!std::isfinite(task.value)) return;
  const stats::Estimate estimate = stats::estimate(task.value, items);
  TaskScored scored = task;
  scored.items = estimate.items;
  const bool sure =
      std::ranges::all_of(items, [](double one) { return std::isfinite(one); }) && items.size() > 1;
  if (sure) scored.standard_error = estimate.standard_error;
  if (sure) state.scored_items[label + "/" + task.name] = std::move(items);
  state.progress.boundaries.back().tasks.push_back(std::move(scored));
}

void BoundaryKeeper::pass(const PhasePlan& phase, const StagePlan& stage, TrainState& state) const {
  const std::string label = run_.plan.end_label(phase, stage);
  if (run_.evaluations.active()) run_.evaluations.score(label, *state.model, state.progress);
  note(label, state);
  state.progress.enter_task();
  if (run_.config.continual->reset_optimizer) {
    const auto make = state.adapted() ? make_adapter_optimizer : make_optimizer;
    state.optimizer = make(run_.config.optimizer, state.trainables());
  }
  run_.checkpointing.save(state, label);
}

void BoundaryKeeper::begin_phase(TrainState& state) const {
  if (!run_.config.continual) return;
  const PhasePlan& phase = *run_.plan.find(state.progress.phase);
  const int number = phase.stages.front().number;
  run_.checkpointing.save(state, phase.phase.trains_adapters()
                                     ? "lora_boundary_pre_to_post"
                                     : fmt::format("boundary_{}_{}", number - 1, number));
}

}  // namespace twofold
