// How a run begins: from nothing, from where it was, or from another run's checkpoint.

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "data/read/fingerprint.h"
#include "ops/matmul.h"
#include "run/training_run.h"
#include "tensor/machine.h"

namespace twofold {

void TrainingRun::restore(const CheckpointInfo& checkpoint) {
  state = restore_state(checkpoint, setup_.model, setup_.optimizer, setup_.lora, setup_.device);
  started_from_ = checkpoint.suffix;
  settle();
  if (!setup_.plan.is_complete(state.progress)) forget_ends();
}

void TrainingRun::adopt(const CheckpointInfo& checkpoint, bool comparable) {
  state = restore_state(checkpoint, setup_.model, setup_.optimizer, setup_.lora, setup_.device);
  settle();
  RunState& now = state.progress;
  now.metrics_bytes = 0;
  forget_ends();
  if (!comparable) now.forget_scores();
  const std::vector<std::string> datasets = setup_.plan.datasets();
  std::erase_if(now.scores, [&](const auto& moment) {
    return !std::ranges::all_of(
        datasets, [&](const std::string& label) { return moment.second.contains(label); });
  });
}

void TrainingRun::settle() {
  settle_on_machine();
  RunState& now = state.progress;
  // More patience than it had lets a phase that was ended for want of it go on.
  now.phase_ended_early = now.phase_ended_early && now.out_of_patience(setup_.trainer.patience);
}

void TrainingRun::forget_ends() {
  RunState& now = state.progress;
  now.finished = false;
  now.scores.erase("end");
  now.scores.erase("adapters_off");
  if (now.phase == 1 && !setup_.plan.phase_is_over(now)) now.scores.erase("boundary");
}

void TrainingRun::start() {
  state =
      start_state(setup_.model, setup_.optimizer, static_cast<uint64_t>(setup_.trainer.seed),
                  /*train_all=*/setup_.plan.find(1) != nullptr, setup_.new_tokens, setup_.device);
  state.progress.trained_rows = setup_.lora.rows;
  settle_on_machine();
}

void TrainingRun::start_from_weights(const CheckpointInfo& checkpoint) {
  state = restore_weights(checkpoint, setup_.model, setup_.lora, setup_.device);
  state.progress = RunState{.seed = static_cast<uint64_t>(setup_.trainer.seed),
                            .weights_dtype = state.progress.weights_dtype,
                            .trained_rows = setup_.lora.rows};
  settle_on_machine();
}

void TrainingRun::settle_on_machine() {
  RunState& now = state.progress;
  const std::string here = cpu_model();
  if (now.cpu_model != here) {
    if (!now.cpu_model.empty()) {
      observer_->message(Severity::kInfo,
                         fmt::format("the checkpoint was computed on another processor ({}; this "
                                     "is {}): the last bits of what follows may differ",
                                     now.cpu_model, here));
    }
    now.cpu_model = here;
    now.native_bfloat16.reset();
  }
  if (setup_.model.activation_dtype != "bfloat16") return;  // then there is nothing to choose
  if (now.native_bfloat16) {
    ops::set_native_bfloat16(*now.native_bfloat16);
  } else {
    now.native_bfloat16 = ops::native_bfloat16();
  }
}

void TrainingRun::check_data(bool own) {
  std::map<std::string, std::string> found;
  for (const std::string& label : setup_.plan.datasets()) {
    found.merge(fingerprint(spec_.data(), label, setup_.trainer.validation));
  }
  std::vector<std::string> changed;
  for (const auto& [file, print] : state.progress.data) {
    if (found.contains(file) && found.at(file) != print) changed.push_back(file);
  }
  if (!changed.empty() && own) {
    fail({.what = "data has changed since the run was last at it",
          .where = join(changed, ", ") + " in " + spec_.data().string(),
          .expected = state.progress.data.at(changed.front()),
          .found = found.at(changed.front()),
          .hint = fmt::format("put back what was there, or go on with what is there now under "
                              "another NAME, with --restore {}/{}/{}/{}",
                              spec_.project, spec_.group, spec_.name, started_from_)});
  }
  if (!changed.empty()) {
    observer_->message(
        Severity::kWarning,
        fmt::format("not the data that the checkpoint was trained on: {}", join(changed, ", ")));
  }
  found.merge(state.progress.data);
  state.progress.data = std::move(found);
}

void TrainingRun::open_logs() {
  bool lost = false;
  metrics_.emplace(JsonLines::continue_at(spec_.results() / "metrics.jsonl",
                                          state.progress.metrics_bytes, lost));
  timing_.emplace(
      JsonLines::continue_at_step(spec_.results() / "timing.jsonl", state.progress.step));
  if (lost) {
    observer_->message(Severity::kWarning,
                       "metrics.jsonl is shorter than the checkpoint remembers; its missing lines "
                       "cannot be written again");
  }
}

}  // namespace twofold
