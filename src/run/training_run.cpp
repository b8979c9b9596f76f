#include "run/training_run.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/folders.h"
#include "ops/matmul.h"
#include "lora/movement.h"
#include "model/loss.h"
#include "tensor/finite.h"
#include "tensor/machine.h"

namespace twofold {

TrainingRun::TrainingRun(const TrainingSetup& setup, const ExecutionSpec& spec, Observer& observer)
    : setup_(setup),
      spec_(spec),
      observer_(&observer),
      lock_(spec.checkpoints()),
      store_(spec.checkpoints()),
      peak_((spec.root / "cache").string(), setup.model.activation_dtype) {
  make_folders(spec_.results());
  if (setup_.trainer.validation) {
    validation_.emplace(setup_.plan.all_stages(), stage_options(0), setup_.trainer.validation_steps,
                        setup_.plan.micro_rows);
  }
}

Stage::Options TrainingRun::stage_options(int stage) const {
  return {.data_root = spec_.data(),
          .width = setup_.model.block_size,
          .vocab_size = setup_.model.vocab_size,
          .seed = static_cast<uint64_t>(setup_.trainer.seed),
          .stage = stage};
}

std::optional<CheckpointInfo> TrainingRun::own_checkpoint() const {
  return store_.newest_valid(
      [&](const std::string& text) { observer_->message(Severity::kWarning, text); });
}

std::vector<Stage> TrainingRun::open_stages(const PhasePlan& phase) const {
  std::vector<Stage> stages;
  for (const StagePlan& stage : phase.stages) {
    stages.emplace_back(stage.config.mixture, stage_options(stage.number));
  }
  return stages;
}

PhaseParts TrainingRun::parts_of(const PhasePlan& phase, const std::vector<Stage>& stages) {
  const int64_t batch_size = setup_.plan.batch_size;
  const int first_stage = phase.stages.front().number;
  const Schedule schedule(setup_.schedule, phase.stage_steps(),
                          phase.phase == 2 ? setup_.lora.lr : -1.0);
  PhaseParts parts;
  parts.batch_of = [&phase, &stages, batch_size, first_stage](int64_t phase_step) {
    const StagePlan& stage = phase.stage_at(phase_step);
    return stages[static_cast<size_t>(stage.number - first_stage)].rows(
        (phase_step - stage.first_step) * batch_size, batch_size);
  };
  parts.loss_of = [this](const Batch& micro, double scale, int64_t first_row) {
    const RunState& now = state.progress;
    if (state.dropout) {
      *state.dropout = {.p = setup_.lora.dropout,
                        .seed = now.seed,
                        .step = static_cast<uint64_t>(now.step),
                        .first_row = first_row};
    }
    return batch_loss(*state.model, micro, scale,
                      {.training = true,
                       .seed = now.seed,
                       .step = static_cast<uint64_t>(now.step),
                       .first_row = first_row});
  };
  parts.tensors = state.trainables();
  parts.optimizer = state.optimizer.get();
  parts.lr_of = schedule;
  parts.steps = phase.steps;
  parts.tokens_per_step = setup_.plan.tokens_per_step();
  parts.micro_rows = setup_.plan.micro_rows;
  return parts;
}

void TrainingRun::train(int phase_number) {
  const PhasePlan& phase = *setup_.plan.find(phase_number);
  const std::vector<Stage> stages = open_stages(phase);
  const TrainerConfig& trainer = setup_.trainer;
  const Cadence cadence{.validation = validation_ ? trainer.validation_interval : 0,
                        .checkpoint = trainer.checkpoint_interval,
                        .patience = trainer.patience};
  if (phase_number == 2) copy_before_proof();
  const PhaseEvents events{
      .validate = [&] { validate(phase); },
      .save = [&] { save(fmt::format("ntoks/{}", state.progress.tokens)); },
      .after_step = [&](const StepResult& result, double lr) { after_step(phase, result, lr); },
      .score_end = [&] { score_end_of_phase(phase); }};
  try {
    train_phase(state.progress, parts_of(phase, stages), cadence, events);
  } catch (const NotFinite& failure) {
    refuse_ruined(failure);
  }
}

void TrainingRun::switch_to_lora() {
  freeze_base(state, setup_.model, setup_.lora);
  score_moment("frozen");
  transition_to_lora(state, setup_.model, setup_.lora, setup_.optimizer);
  observer_->banner(
      fmt::format("phase 2: weights frozen in {}, {} adapters of rank {} injected, {} parameters "
                  "train from here",
                  setup_.lora.base_dtype, state.adapters.size(), setup_.lora.rank,
                  count_lora_params(state.adapters)));
  if (const int64_t steps = setup_.plan.find(2)->steps; steps < kMovementProofStep) {
    observer_->message(
        Severity::kWarning,
        fmt::format("phase 2 has {} steps: too few to prove that every adapter moves "
                    "(that takes {})",
                    steps, kMovementProofStep));
  }
}

void TrainingRun::save(const std::string& suffix) {
  observer_->work({.what = "saving", .done = 0, .detail = suffix});
  state.progress.metrics_bytes = metrics_->sync();
  timing_->sync();
  const Snapshot snapshot = state.snapshot(setup_.config_yaml);
  require_finite(snapshot);
  store_.save(suffix, snapshot, /*move_latest=*/suffix != "best");
  store_.prune(setup_.trainer.keep);
  observer_->work({.what = "saving", .done = 1, .detail = suffix});
  meter_.pause();
}

void TrainingRun::require_finite(const Snapshot& snapshot) {
  for (const auto& [stem, tensors] : snapshot.tensors) {
    if (snapshot.immutable_ids.contains(stem)) continue;  // training does not change it
    for (const auto& [name, tensor] : tensors) {
      if (is_finite(tensor)) continue;
      refuse_ruined(NotFinite({.what = name + " is not finite; the run stops",
                               .where = fmt::format("after step {}, tensor {} of {}.safetensors",
                                                    state.progress.step, name, stem),
                               .expected = "finite numbers",
                               .found = "inf or nan"}));
    }
  }
}

void TrainingRun::refuse_ruined(const NotFinite& failure) {
  const std::optional<std::string> sound = store_.withdraw(state.progress.step);
  Problem problem = failure.problems().front();
  const bool own_rate = state.progress.phase == 2 && setup_.lora.lr > 0;
  std::string remedy =
      fmt::format("a smaller optimization/{} or optimization/clip, or a longer training/warmup_pct",
                  own_rate ? "lora/lr" : "lr");
  if (setup_.model.activation_dtype != "float32") {
    remedy += ", or architecture/dtype/activation=float32";
  }
  problem.hint =
      sound ? fmt::format(
                  "the last sound checkpoint is {0}: another NAME with --restore "
                  "{1}/{2}/{3}/{0} goes on from it with {4}",
                  *sound, spec_.project, spec_.group, spec_.name, remedy)
            : fmt::format("no sound checkpoint of this run is left: start another NAME with {}",
                          remedy);
  fail(std::move(problem));
}

void TrainingRun::finish() {
  state.progress.finished = true;
  save(fmt::format("final/{}", state.progress.tokens));
}

}  // namespace twofold
