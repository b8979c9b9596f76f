#include "run/training_run.h"

#include <fmt/format.h>

#include "eval/evaluator.h"
#include "lora/update_check.h"
#include "run/settings_json.h"
#include "run/task_evaluations.h"
#include "run/weight_updates.h"

namespace twofold {
namespace {

Observers watching(Observer& observer, const Recorders& recorders, Pace& pace) {
  Observers all;
  all.add(observer);
  for (const auto& recorder : recorders) all.add(*recorder);
  all.add(pace);
  return all;
}

RecordedRun recorded(const ExecutionSpec& spec, const std::string& config_yaml) {
  return {.results = spec.results(),
          .name = spec.name,
          .project = spec.project,
          .group = spec.group,
          .config = config_yaml,
          .settings = settings_json(config_yaml)};
}

std::unique_ptr<Validation> make_validation(const TrainingSetup& setup, const Path& data_root) {
  if (!setup.config.trainer.validation) return nullptr;
  std::vector<ValidationStage> stages;
  for (const StageConfig& stage : setup.plan.all_stages()) {
    stages.push_back({.mixture = stage.mixture, .dataset_key = stage.dataset_key});
  }
  return std::make_unique<Validation>(std::move(stages), data_options(setup.config, data_root),
                                      setup.config.trainer.validation_steps, setup.plan.micro_rows);
}

}  // namespace

TrainingRun::TrainingRun(const TrainingSetup& setup, const ExecutionSpec& spec,
                         const std::string& config_yaml, Observer& observer)
    : setup_(setup),
      spec_(spec),
      lock_(spec.checkpoints()),
      recorders_(make_recorders(
          recorded(spec, config_yaml), setup.config.trainer.recorders,
          [this](const std::string& text) { observers_.message(Severity::kWarning, text); })),
      pace_((spec.root / "cache").string(), setup.config.model->activation_dtype),
      observers_(watching(observer, recorders_, pace_)),
      checkpointing_(spec, setup.config, config_yaml, recorders_, observers_),
      evaluations_(make_validation(setup, spec.data()),
                   setup.config.evaluation.evaluate ? make_registered_evaluators() : Evaluators{},
                   static_cast<int>(setup.plan.all_stages().size()) - 1, observers_),
      boundaries_(
          {setup.config, setup.plan, spec.results(), evaluations_, tasks_, checkpointing_}) {}

void TrainingRun::train(std::unique_ptr<TrainState>& state, const std::string& started_from) {
  begin_records(state->progress);
  for (auto& task :
       make_task_evaluators(setup_.config, setup_.tokenizer, state->kept, spec_.root, observers_)) {
    tasks_.push_back(task.get());
    evaluations_.add(std::move(task));
  }
  if (evaluations_.active()) {
    if (auto updates = make_weight_updates(setup_.config, setup_.plan, spec_.checkpoints())) {
      evaluations_.add(std::move(updates));
    }
  }
  boundaries_.begin(*state);
  if (state->progress.step == 0) score(Milestone::kStart, *state);
  for (const Phase& phase : setup_.phases) {
    if (phase.number < state->progress.phase) continue;
    train_phase(phase, *state, started_from);
    if (phase.at_end == AtEnd::kAdapt) adapt(state);
    if (phase.at_end == AtEnd::kGoOn) go_on(*state);
  }
  state->progress.finished = true;
  checkpointing_.save(*state, fmt::format("final/{}", state->progress.tokens));
}

void TrainingRun::score(Milestone milestone, TrainState& state) {
  if (!evaluations_.score(milestone, *state.model, state.progress)) return;
  boundaries_.note(name_of(milestone), state);
}

void TrainingRun::begin_records(const RunState& state) {
  for (const auto& recorder : recorders_) {
    const std::string warning = recorder->begin(state);
    if (!warning.empty()) observers_.message(Severity::kWarning, warning);
  }
}

void TrainingRun::finish() {
  for (const auto& recorder : recorders_) recorder->finish();
}

PhaseContext TrainingRun::context(TrainState& state) {
  return {.config = setup_.config,
          .plan = setup_.plan,
          .new_tokens = setup_.new_tokens,
          .data_root = spec_.data(),
          .results = spec_.results(),
          .state = state,
          .evaluations = evaluations_,
          .tasks = tasks_,
          .checkpointing = checkpointing_,
          .boundaries = boundaries_,
          .pace = pace_,
          .observer = observers_};
}

void TrainingRun::train_phase(const Phase& phase, TrainState& state,
                              const std::string& started_from) {
  const PhasePlan* plan = setup_.plan.find(phase.number);
  if (!plan) return;
  const int64_t begin = state.progress.step;
  PhaseRun(context(state), *plan).train();
  const bool saved = started_from == kPreLoraCheckpoint && state.progress.step == begin;
  if (phase.at_end != AtEnd::kFinish && !saved) checkpointing_.save(state, kPreLoraCheckpoint);
}

void TrainingRun::adapt(std::unique_ptr<TrainState>& state) {
  const RunConfig& config = setup_.config;
  freeze_base(*state, *config.model, config.lora);
  score(Milestone::kFrozen, *state);
  state = std::make_unique<LoRATrainState>(
      transition_to_lora(std::move(*state), *config.model, config.lora, config.optimizer));
  const LoRAParams& adapters = state->adapted()->adapters;
  const int number = state->progress.phase;
  observers_.banner(
      fmt::format("phase {}: weights frozen in {}, {} adapters of rank {} injected, {} parameters "
                  "train from here",
                  number, config.lora.base_dtype, adapters.size(), config.lora.rank,
                  count_lora_params(adapters)));
  boundaries_.begin_phase(*state);
  const int64_t steps = setup_.plan.find(number)->steps;
  if (steps >= kUpdateCheckStep) return;
  observers_.message(Severity::kWarning,
                     fmt::format("phase {} has {} steps: too few to prove that every adapter moves "
                                 "(that takes {})",
                                 number, steps, kUpdateCheckStep));
}

void TrainingRun::go_on(TrainState& state) {
  state.progress.enter_phase(state.progress.phase + 1);
  state.optimizer = make_optimizer(setup_.config.optimizer, state.trainables());
  observers_.banner(fmt::format(
      "phase {}: all parameters go on, for comparison (continual/control)", state.progress.phase));
  boundaries_.begin_phase(state);
}

}  // namespace twofold
