#pragma once
// A run: the phases of a trainer, one after the other, over one state.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/run_lock.h"
#include "run/phase_run.h"

namespace twofold {

/// The complete state at the end of phase 1, saved exactly at the switch.
inline constexpr const char* kPreLoraCheckpoint = "pre_lora_checkpoint";

/// What a run is made from; all of it outlives the run.
struct TrainingSetup {
  const RunConfig& config;
  const std::vector<Phase>& phases;
  const RunPlan& plan;
  NewTokens new_tokens;       ///< tokenizer/add_tokens
  TokenizerConfig tokenizer;  ///< the settings, with the place where its files are now
};

class TrainingRun {
 public:
  /// Takes the run's lock and opens its folders.
  TrainingRun(const TrainingSetup& setup, const ExecutionSpec& spec, const std::string& config_yaml,
              Observer& observer);

  /// All observers of the run, including its recorders.
  Observer& observer() { return observers_; }
  /// See Checkpointing::newest.
  std::optional<CheckpointInfo> own_checkpoint() const { return checkpointing_.newest(); }
  /// Trains what is left of the phases, starting at `state`, and publishes final/<tokens>.
  /// `started_from` is the suffix of the checkpoint of this run that holds `state`; empty: none.
  void train(std::unique_ptr<TrainState>& state, const std::string& started_from);

  /// Before anything is recorded of a run that stands at `state`; train() does it too.
  void begin_records(const RunState& state);
  /// The run is over, and all has been reported to observer().
  void finish();

 private:
  void score(Milestone milestone, TrainState& state);
  PhaseContext context(TrainState& state);
  void train_phase(const Phase& phase, TrainState& state, const std::string& started_from);
  void adapt(std::unique_ptr<TrainState>& state);
  /// Goes on with all parameters.
  void go_on(TrainState& state);

  TrainingSetup setup_;
  ExecutionSpec spec_;
  RunLock lock_;
  Recorders recorders_;
  Pace pace_;
  Observers observers_;
  Checkpointing checkpointing_;
  Evaluations evaluations_;
  std::vector<TaskEvaluator*> tasks_;  ///< among them
  BoundaryKeeper boundaries_;
};

}  // namespace twofold
