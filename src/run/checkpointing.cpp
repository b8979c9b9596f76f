#include "run/checkpointing.h"

#include <fmt/format.h>

#include "tensor/finite.h"

namespace twofold {

Checkpointing::Checkpointing(const ExecutionSpec& spec, const RunConfig& config,
                             std::string config_yaml, Recorders& recorders, Observer& observer)
    : spec_(spec),
      config_(config),
      config_yaml_(std::move(config_yaml)),
      recorders_(recorders),
      observer_(observer),
      store_(spec.checkpoints()) {}

std::optional<CheckpointInfo> Checkpointing::newest() const {
  return store_.newest_valid(
      [&](const std::string& text) { observer_.message(Severity::kWarning, text); });
}

void Checkpointing::save(TrainState& state, const std::string& suffix) {
  observer_.work({.what = "saving", .done = 0, .detail = suffix});
  for (const auto& recorder : recorders_) recorder->sync(state.progress);
  const Snapshot snapshot = state.snapshot(config_yaml_);
  require_finite(state, snapshot);
  store_.save(suffix, snapshot, /*move_latest=*/suffix != "best");
  store_.prune(config_.trainer.keep);
  observer_.work({.what = "saving", .done = 1, .detail = suffix});
}

void Checkpointing::require_finite(TrainState& state, const Snapshot& snapshot) {
  for (const auto& [stem, tensors] : snapshot.tensors) {
    if (snapshot.immutable_ids.contains(stem)) continue;  // training does not change it
    for (const auto& [name, tensor] : tensors) {
      if (is_finite(tensor)) continue;
      fail_diverged(state,
                    NotFinite({.what = name + " is not finite; the run stops",
                               .where = fmt::format("after step {}, tensor {} of {}.safetensors",
                                                    state.progress.step, name, stem),
                               .expected = "finite numbers",
                               .found = "inf or nan"}));
    }
  }
}

void Checkpointing::fail_diverged(TrainState& state, const NotFinite& failure) {
  const std::optional<std::string> sound = store_.discard_diverged(state.progress.step);
  Problem problem = failure.problems().front();
  const bool own_rate = state.adapted() && config_.lora.lr > 0;
  std::string remedy =
      fmt::format("a smaller optimization/{} or optimization/clip, or a longer training/warmup_pct",
                  own_rate ? "lora/lr" : "lr");
  if (config_.model->activation_dtype != "float32") {
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

}  // namespace twofold
