#pragma once
// Saves the checkpoints of a run, but never a state that has diverged.

#include <memory>
#include <string>
#include <vector>

#include "checkpoint/store.h"
#include "run/run_config.h"
#include "run/state.h"
#include "train/recorders/recorder.h"
#include "twofold/execution_spec.h"
#include "twofold/train/step.h"

namespace twofold {

using Recorders = std::vector<std::unique_ptr<Recorder>>;

class Checkpointing {
 public:
  /// `config_yaml` is stored in every checkpoint; `recorders` are synced to disk before each save.
  Checkpointing(const ExecutionSpec& spec, const RunConfig& config, std::string config_yaml,
                Recorders& recorders, Observer& observer);

  /// The newest checkpoint of this run that verifies; broken ones are warned about.
  std::optional<CheckpointInfo> newest() const;
  /// Throws as fail_diverged does if a tensor is not finite: there may be no later loss to show it.
  void save(TrainState& state, const std::string& suffix);
  /// Discards what was saved of a state that has turned out to have diverged, and throws an Error
  /// that says how to go on.
  [[noreturn]] void fail_diverged(TrainState& state, const NotFinite& failure);

 private:
  void require_finite(TrainState& state, const Snapshot& snapshot);
  ExecutionSpec spec_;
  const RunConfig& config_;
  std::string config_yaml_;
  Recorders& recorders_;
  Observer& observer_;
  CheckpointStore store_;
};

}  // namespace twofold
