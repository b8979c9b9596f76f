#include "run/resume/begin.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "config/fields.h"
#include "run/resume/budget.h"
#include "run/resume/compatibility.h"
#include "run/resume/data_check.h"
#include "run/resume/kept_files.h"
#include "run/resume/machine_numerics.h"
#include "run/resume/saved_config.h"
#include "tokenizer/config.h"
#include "train/run_state_json.h"

namespace twofold {
namespace {

/// The tokens that are added must have the ids that they had.
void check_new_tokens(const Beginning& run, const RunState& progress,
                      const CheckpointInfo& checkpoint) {
  const RowIds& rows = run.config.lora.trained_tokens;
  if (run.new_tokens.count == 0 || progress.trained_tokens == rows) return;
  const auto first = [](const RowIds& ids) {
    return ids.empty() ? "none" : fmt::format("ids from {} on", ids.begin()->second.front());
  };
  fail({.what = "the tokens that are added have other ids than in the checkpoint",
        .where = std::string(kAddTokens) + ", " + checkpoint.folder.string(),
        .expected = first(progress.trained_tokens),
        .found = first(rows),
        .hint = "tokenizer/* must be the tokenizer that the run was begun with"});
}

[[noreturn]] void fail_phase(int phase, const CheckpointInfo& checkpoint) {
  const bool adapted = CheckpointStore::has(checkpoint, "adapters");
  fail({.what = fmt::format("the checkpoint is in phase {}, which this run does not have", phase),
        .where = checkpoint.folder.string(),
        .expected = adapted ? "a phase-1 checkpoint (model.safetensors)" : "a phase-2 checkpoint",
        .found = adapted ? "a frozen base with adapters" : "a phase-1 checkpoint",
        .hint = adapted ? "continue it with a .../train/lora job, or merge it with `twofold export "
                          "--to merged` and give the folder as architecture/backbone/weights"
                        : "give the run stages for phase 1 (training/pre_lora_tokens, _dataset)"});
}

/// The phases of a saved config, without what they cost.
RunPlan stages_of(const RunConfig& saved) {
  RunPlan plan{.batch_size = saved.trainer.batch_size, .block_size = saved.model->block_size};
  plan.phases = plan_phases(phases_of(saved), plan.tokens_per_step());
  return plan;
}

/// Throws unless the run may go on from the checkpoint; what differs.
Comparison check(const Beginning& run, const CheckpointInfo& checkpoint, bool own) {
  RunConfig saved = saved_config(checkpoint);
  Comparison comparison = compare_configs(config::fields_of(saved), config::fields_of(run.config));
  check_unchanged(comparison, checkpoint, own);
  const RunState progress =
      state_from_json(checkpoint.state, (checkpoint.folder / "state.json").string());
  check_new_tokens(run, progress, checkpoint);
  const PhasePlan* phase = run.plan.find(progress.phase);
  const bool adapted = CheckpointStore::has(checkpoint, "adapters");
  if (!phase || (adapted && !phase->phase.trains_adapters()))
    fail_phase(progress.phase, checkpoint);
  const RunPlan before = stages_of(saved);
  check_stages_kept(before, run.plan, progress);
  if (!comparison.other_rates) check_rates_kept(before, run.plan, progress);
  return comparison;
}

/// The milestones at the end that were scored are not those of what is still to be trained.
void forget_ends(TrainState& state, const RunPlan& plan) {
  RunState& now = state.progress;
  now.finished = false;
  now.scores.erase(Milestone::kEnd);
  now.scores.erase(Milestone::kAdaptersOff);
  if (!state.adapted() && !plan.phase_is_over(now)) now.scores.erase(Milestone::kBoundary);
  std::erase_if(now.boundaries, [&](const BoundaryScores& boundary) {
    const std::optional<Milestone> milestone = milestone_named(boundary.label);
    return milestone && !now.scores.contains(*milestone);
  });
}

std::unique_ptr<TrainState> restored(const Beginning& run, const CheckpointInfo& checkpoint) {
  const RunConfig& config = run.config;
  auto state = restore_state(checkpoint, *config.model, config.optimizer, config.lora, run.device);
  state->kept = files_going_on(config, saved_config(checkpoint), state->kept);
  apply_machine_numerics(state->progress, *config.model, run.products, run.observer);
  RunState& now = state->progress;
  // More patience than it had lets a phase that was ended for want of it go on.
  now.phase_ended_early = now.phase_ended_early && now.out_of_patience(config.trainer.patience);
  return state;
}

/// Scores of other datasets than this run's cannot stand beside its own.
void drop_partial_scores(RunState& now, const RunPlan& plan) {
  const std::vector<std::string> datasets = plan.datasets();
  std::erase_if(now.scores, [&](const auto& milestone) {
    return !std::ranges::all_of(
        datasets, [&](const std::string& label) { return milestone.second.contains(label); });
  });
}

std::unique_ptr<TrainState> continue_from(const Beginning& run, const CheckpointInfo& checkpoint) {
  const Comparison comparison = check(run, checkpoint, /*own=*/false);
  auto state = restored(run, checkpoint);
  RunState& now = state->progress;
  now.metrics_bytes = 0;
  forget_ends(*state, run.plan);
  if (comparison.other_scores) now.forget_scores();
  drop_partial_scores(now, run.plan);
  for (const Difference& difference : comparison.course) {
    run.observer.message(Severity::kInfo,
                         fmt::format("{} is {} from here on; it was {}", difference.key,
                                     difference.now, difference.saved));
  }
  run.observer.message(Severity::kInfo, fmt::format("starting from {} in phase {} at step {}",
                                                    checkpoint.suffix, now.phase, now.step));
  return state;
}

std::unique_ptr<TrainState> take_weights(const Beginning& run, const CheckpointInfo& checkpoint) {
  RunConfig saved = saved_config(checkpoint);
  check_architecture(compare_configs(config::fields_of(saved), config::fields_of(run.config)),
                     checkpoint);
  auto state = restore_weights(checkpoint, *run.config.model, run.config.lora, run.device);
  state->kept = files_going_on(run.config, saved, state->kept);
  state->progress = RunState{.seed = static_cast<uint64_t>(run.config.trainer.seed),
                             .weights_dtype = state->progress.weights_dtype,
                             .trained_tokens = run.config.lora.trained_tokens};
  apply_machine_numerics(state->progress, *run.config.model, run.products, run.observer);
  run.observer.message(Severity::kInfo,
                       fmt::format("the weights of {} are the base of phase {}", checkpoint.suffix,
                                   run.plan.phases.front().phase.number));
  return state;
}

}  // namespace

std::unique_ptr<TrainState> start(const Beginning& run) {
  const RunConfig& config = run.config;
  const bool train_all = std::ranges::any_of(run.plan.phases, [](const PhasePlan& phase) {
    return phase.phase.trained == Trained::kAllParameters;
  });
  auto state = std::make_unique<TrainState>(start_state(*config.model, config.optimizer,
                                                        static_cast<uint64_t>(config.trainer.seed),
                                                        train_all, run.new_tokens, run.device));
  state->progress.trained_tokens = config.lora.trained_tokens;
  state->kept = gather_files(config);
  apply_machine_numerics(state->progress, *config.model, run.products, run.observer);
  return state;
}

std::unique_ptr<TrainState> resume(const Beginning& run, const CheckpointInfo& checkpoint) {
  check(run, checkpoint, /*own=*/true);
  auto state = restored(run, checkpoint);
  if (!run.plan.is_complete(state->progress)) forget_ends(*state, run.plan);
  return state;
}

std::unique_ptr<TrainState> start_from(const Beginning& run, const CheckpointInfo& checkpoint) {
  const bool adapted = CheckpointStore::has(checkpoint, "adapters");
  const bool trained = run.plan.phases.front().phase.trained == Trained::kAllParameters;
  return adapted || trained ? continue_from(run, checkpoint) : take_weights(run, checkpoint);
}

}  // namespace twofold
