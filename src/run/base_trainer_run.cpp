// Runs a trainer: how a run begins, and what is shown at its end.

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include "base/error.h"
#include "config/fields.h"
#include "eval/report.h"
#include "run/base_trainer.h"
#include "run/continual_report.h"
#include "run/plan/memory_plan.h"
#include "run/resume/begin.h"
#include "run/resume/data_check.h"
#include "run/row_text.h"
#include "run/training_run.h"
#include "tensor/device.h"
#include "tensor/process.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

std::string dump(RunConfig& config) {
  config::Fields fields = config::fields_of(config);
  return config::dump(fields, config.job, /*commented=*/false);
}

/// A run computes with the threads that its process has; a library must not change their number.
void require_threads(int64_t wanted) {
  const int64_t found = threads();
  if (wanted == 0 || wanted == found) return;
  fail({.what = "the run asks for another number of threads than this program has",
        .where = "runtime/threads",
        .expected = std::to_string(found),
        .found = std::to_string(wanted),
        .hint = "set it to 0 or to that number, or run it with twofold::RunOptions::own_process"});
}

/// Says how a run goes on from its own checkpoint; false if it is finished already.
bool report_resumed(const RunState& now, const CheckpointInfo& own, const RunPlan& plan,
                    const ExecutionSpec& spec, Observer& observer) {
  if (!now.finished || !plan.is_complete(now)) {
    observer.message(Severity::kInfo, fmt::format("continuing from {} at step {} of {}", own.suffix,
                                                  now.step, plan.total_steps()));
    return true;
  }
  std::string text =
      fmt::format("{} is done: {} steps, checkpoint {}", spec.name, now.step, own.suffix);
  if (now.phase_ended_early) {
    text += "; " + describe_early_end(plan, now) + ", so a larger one, or 0, lets it go on";
  }
  observer.message(Severity::kInfo, text);
  return false;
}

void report_restore_ignored(const std::string& path, const ExecutionSpec& spec,
                            Observer& observer) {
  observer.message(Severity::kInfo,
                   fmt::format("--restore {} is not followed: {} has checkpoints of its own; give "
                               "another NAME to start from there",
                               path, spec.name));
}

void report_start(const ExecutionSpec& spec, const std::string& config_yaml,
                  const std::vector<Table>& tables, Observer& observer) {
  write_atomic(spec.results() / "config.yaml", config_yaml);
  for (const Table& table : tables) observer.table(table);
}

}  // namespace

void BaseTrainer::run(const ExecutionSpec& spec, Observer& watcher) {
  require_threads(config_.trainer.threads);
  const std::vector<Phase> list = phases();
  const RunPlan plan = make_run_plan();
  // A run that goes on may be past the phase that takes most.
  if (!restore_path_ && !std::filesystem::exists(spec.checkpoints())) require_memory(plan);
  const std::vector<Table> shown = first_screen(plan);
  const std::string yaml = dump(config_);
  TrainingRun run({config_, list, plan, added_.tokens, tokenizer_of_run(config_, stand_in_.get())},
                  spec, yaml, watcher);
  Observer& observer = run.observer();
  ops::Bfloat16Choice products;
  const at::Device device = device_of(config_.trainer.device, "runtime/device");
  const Beginning from{config_, plan, added_.tokens, device, products, spec, observer};
  const bool validation = config_.trainer.validation;

  std::unique_ptr<TrainState> state;
  const std::optional<CheckpointInfo> own = run.own_checkpoint();
  if (own) {
    state = resume(from, *own);
    if (restore_path_) report_restore_ignored(*restore_path_, spec, observer);
    if (!report_resumed(state->progress, *own, plan, spec, observer)) {
      run.begin_records(state->progress);  // it may have been killed before its end was recorded
      return end(run, *state, spec);
    }
    check_data(state->progress, plan, validation, spec, own->suffix, observer);
    report_start(spec, yaml, shown, observer);
  } else {
    report_start(spec, yaml, shown, observer);
    const Path checkpoints = spec.root / "checkpoints";
    state =
        restore_path_
            ? start_from(from, CheckpointStore::open(checkpoints / *restore_path_, *restore_path_))
            : start(from);
    check_data(state->progress, plan, validation, spec, {}, observer);
    for (const std::string& line : warnings(plan)) observer.message(Severity::kWarning, line);
  }
  run.train(state, own ? own->suffix : "");
  end(run, *state, spec);
}

void BaseTrainer::end(TrainingRun& run, TrainState& state, const ExecutionSpec& spec) const {
  show_end(state, spec, run.observer());
  run.finish();
}

std::vector<Table> BaseTrainer::first_screen(const RunPlan& plan) const {
  std::vector<Table> all = tables(plan);
  if (const std::vector<PreviewRow> first = rows(1); !first.empty()) {
    all.push_back(as_table(first.front()));
  }
  return all;
}

void BaseTrainer::show_end(TrainState& state, const ExecutionSpec& spec, Observer& observer) const {
  const LoRATrainState* adapted = state.adapted();
  const MilestoneScores& all = state.progress.scores;
  const RunPlan plan = make_run_plan();
  const Table scores = learned_forgotten(
      all, verdicts(plan, state, name_of(change_from(all)), name_of(Milestone::kEnd)),
      adapted && changed_base(adapted->adapters));
  if (!scores.rows.empty()) observer.table(scores);
  if (config_.continual) observer.table(continual_table(plan, state));
  const TrainerConfig& settings = config_.trainer;
  if (settings.samples == 0) return;
  const SamplesRequest request{.count = settings.samples,
                               .tokens = settings.sample_tokens,
                               .positions = config_.model->positions()};
  // The checkpoint that stood in for its folder may have been pruned since.
  const auto stand_in = find_stand_in(config_, spec, restore_path_);
  const auto tokenizer = make_tokenizer(tokenizer_of_run(config_, stand_in.get()));
  Table samples{.title = "Samples"};
  if (adapted) {
    const AdaptersOff bare(state.model->parameters());
    add_samples(samples, *state.model, *tokenizer, request, "adapters off");
  }
  add_samples(samples, *state.model, *tokenizer, request, adapted ? "adapters on" : "");
  observer.table(samples);
  SamplesReport report{.step = state.progress.step};
  for (const auto& row : samples.rows) report.texts.emplace_back(row.at(0), row.at(1));
  observer.samples(report);
}

}  // namespace twofold
