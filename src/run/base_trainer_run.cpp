// A trainer at work: where it begins, what it may go on from, how it ends.

#include <fmt/format.h>

#include "base/error.h"
#include "run/base_trainer.h"
#include "run/learned_forgotten.h"
#include "run/log_file.h"
#include "run/plan/memory_plan.h"
#include "run/resume/budget.h"
#include "run/resume/compatibility.h"
#include "run/resume/loaded_run.h"
#include "tensor/device.h"
#include "tensor/process.h"
#include "tokenizer/load/added_tokens.h"

namespace twofold {

void BaseTrainer::train(TrainingRun& run) { run.train(1); }

void BaseTrainer::run(const ExecutionSpec& spec, const std::string& config_yaml,
                      Observer& observer) {
  set_threads(static_cast<int>(trainer_.threads));
  const RunPlan plan = make_run_plan();
  // A run that goes on may be past the phase that takes most.
  if (!restore_path_ && !std::filesystem::exists(spec.checkpoints())) require_memory(plan);
  const std::vector<Table> shown = tables(plan);
  TrainingRun run({.trainer = trainer_,
                   .model = *model_,
                   .optimizer = optimizer_,
                   .schedule = schedule_,
                   .lora = lora_,
                   .tokenizer = tokenizer_,
                   .new_tokens = added_.tokens,
                   .device = device_of(trainer_.device),
                   .plan = plan,
                   .config_yaml = config_yaml},
                  spec, observer);
  LogFile log(spec.results() / "log.txt");
  Observers both;
  both.add(observer);
  both.add(log);
  run.watch(both);
  if (begin(run, spec, plan, shown, config_yaml, both)) {
    train(run);
    run.finish();
  }
  show_end(run, both);
}

void BaseTrainer::show_end(TrainingRun& run, Observer& observer) const {
  const Table scores =
      learned_forgotten(run.state.progress, !named_starts(run.state.adapters).empty());
  if (!scores.rows.empty()) observer.table(scores);
  if (trainer_.samples > 0) {
    observer.table(
        samples(run.state, *model_, tokenizer_, trainer_.samples, trainer_.sample_tokens));
  }
}

bool BaseTrainer::begin(TrainingRun& run, const ExecutionSpec& spec, const RunPlan& plan,
                        const std::vector<Table>& tables, const std::string& config_yaml,
                        Observer& observer) {
  const auto own = run.own_checkpoint();
  if (own) {
    continue_from(run, *own, plan, config_yaml, /*own=*/true, observer);
    if (!tell_own(run, spec, plan, observer)) return false;
    run.check_data(/*own=*/true);
  }
  write_atomic(spec.results() / "config.yaml", config_yaml);
  for (const Table& table : tables) observer.table(table);
  if (!own) {
    if (restore_path_) {
      const Path folder = spec.root / "checkpoints" / *restore_path_;
      start_from(run, CheckpointStore::open(folder, *restore_path_), plan, config_yaml, observer);
    } else {
      run.start();
    }
    run.check_data(/*own=*/false);
  }
  run.open_logs();
  if (run.state.progress.step == 0) run.score_moment("start");
  return true;
}

bool BaseTrainer::tell_own(const TrainingRun& run, const ExecutionSpec& spec, const RunPlan& plan,
                           Observer& observer) const {
  const RunState& now = run.state.progress;
  const std::string& suffix = run.started_from();
  if (restore_path_) {
    observer.message(
        Severity::kInfo,
        fmt::format("--restore {} is not followed: {} has checkpoints of its own; give "
                    "another NAME to start from there",
                    *restore_path_, spec.name));
  }
  if (now.finished && plan.is_complete(now)) {
    std::string text =
        fmt::format("{} is done: {} steps, checkpoint {}", spec.name, now.step, suffix);
    if (now.phase_ended_early) {
      text += "; " + run.early_end() + ", so a larger one, or 0, lets it go on";
    }
    observer.message(Severity::kInfo, text);
    return false;
  }
  observer.message(Severity::kInfo, fmt::format("continuing from {} at step {} of {}", suffix,
                                                now.step, plan.total_steps()));
  return true;
}

void BaseTrainer::continue_from(TrainingRun& run, const CheckpointInfo& checkpoint,
                                const RunPlan& plan, const std::string& config_yaml, bool own,
                                Observer& observer) const {
  const Comparison comparison = compare_configs(checkpoint, config_yaml);
  check_unchanged(comparison, checkpoint, own);
  const RunState progress =
      RunState::from_json(checkpoint.state, (checkpoint.folder / "state.json").string());
  check_new_tokens(progress, checkpoint);
  if (!plan.find(progress.phase)) refuse_phase(progress.phase, checkpoint);
  const std::unique_ptr<Job> writer = job_of_checkpoint(checkpoint);
  const auto* trainer = dynamic_cast<const BaseTrainer*>(writer.get());
  TWOFOLD_EXPECT(trainer, "a training checkpoint holds a training job's config");
  const RunPlan before = trainer->make_run_plan();
  check_stages_kept(before, plan, progress);
  if (!comparison.other_rates) check_rates_kept(before, plan, schedule_, lora_.lr, progress);
  if (own) {
    run.restore(checkpoint);
    return;
  }
  run.adopt(checkpoint, /*comparable=*/!comparison.other_scores);
  for (const Difference& difference : comparison.course) {
    observer.message(Severity::kInfo,
                     fmt::format("{} is {} from here on; it was {}", difference.key, difference.now,
                                 difference.saved));
  }
}

void BaseTrainer::check_new_tokens(const RunState& progress,
                                   const CheckpointInfo& checkpoint) const {
  if (added_.tokens.count == 0 || progress.trained_rows == lora_.rows) return;
  const auto first = [](const RowIds& rows) {
    return rows.empty() ? "none" : fmt::format("ids from {} on", rows.begin()->second.front());
  };
  fail({.what = "the tokens that are added have other ids than in the checkpoint",
        .where = std::string(kAddTokens) + ", " + checkpoint.folder.string(),
        .expected = first(progress.trained_rows),
        .found = first(lora_.rows),
        .hint = "tokenizer/* must be the tokenizer that the run was begun with"});
}

void BaseTrainer::refuse_phase(int phase, const CheckpointInfo& checkpoint) const {
  fail(
      {.what = fmt::format("the checkpoint is in phase {}, which this run does not have", phase),
       .where = checkpoint.folder.string(),
       .expected = phase == 2 ? "a phase-1 checkpoint (model.safetensors)" : "a phase-2 checkpoint",
       .found = phase == 2 ? "a frozen base with adapters" : "a phase-1 checkpoint",
       .hint = phase == 2
                   ? "continue it with a .../train/lora job, or merge it with `twofold export --to "
                     "merged` and give the folder as architecture/backbone/weights"
                   : "give the run stages for phase 1 (training/pre_lora_tokens, _dataset)"});
}

void BaseTrainer::start_from(TrainingRun& run, const CheckpointInfo& checkpoint,
                             const RunPlan& plan, const std::string& config_yaml,
                             Observer& observer) {
  continue_from(run, checkpoint, plan, config_yaml, /*own=*/false, observer);
  observer.message(Severity::kInfo,
                   fmt::format("starting from {} in phase {} at step {}", checkpoint.suffix,
                               run.state.progress.phase, run.state.progress.step));
}

}  // namespace twofold
