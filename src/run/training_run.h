#pragma once
// A run while it lives: its state, data, logs, checkpoints and whoever watches.

#include <memory>
#include <optional>
#include <set>

#include "base/run_lock.h"
#include "checkpoint/store.h"
#include "data/order/stage.h"
#include "optim/schedule.h"
#include "run/plan/run_plan.h"
#include "run/state.h"
#include "run/validation.h"
#include "tensor/peak_rate.h"
#include "tokenizer/tokenizer.h"
#include "train/loop.h"
#include "train/meter.h"
#include "train/metrics.h"
#include "twofold/execution_spec.h"

namespace twofold {

/// The settings a run is made from; owned by the job.
struct TrainingSetup {
  const TrainerConfig& trainer;
  const ModelConfig& model;
  const OptimizerConfig& optimizer;
  const ScheduleConfig& schedule;
  const LoRAConfig& lora;
  const TokenizerConfig& tokenizer;
  NewTokens new_tokens;  ///< tokenizer.add_tokens
  at::Device device;     ///< that all of the run is computed on
  const RunPlan& plan;
  std::string config_yaml;
};

/// The complete phase-1 state, saved exactly at the switch.
inline constexpr const char* kPreLoraCheckpoint = "pre_lora_checkpoint";

class TrainingRun {
 public:
  /// Takes the run's lock and opens its folders.
  TrainingRun(const TrainingSetup& setup, const ExecutionSpec& spec, Observer& observer);

  /// The newest checkpoint of this run that verifies; broken ones are warned about.
  std::optional<CheckpointInfo> own_checkpoint() const;
  /// Who is told from here on.
  void watch(Observer& observer) { observer_ = &observer; }
  /// Goes on from a checkpoint of this run.
  void restore(const CheckpointInfo& checkpoint);
  /// Goes on from a checkpoint of another run; of its scores only those stay that can stand beside
  /// this run's (`comparable`: made in the same way; and of every dataset).
  void adopt(const CheckpointInfo& checkpoint, bool comparable);
  /// Starts from nothing, or from the weights of a Hugging Face folder.
  void start();
  /// Starts from the weights of a checkpoint of phase 1 and nothing else of it.
  void start_from_weights(const CheckpointInfo& checkpoint);
  /// Compares the data with what the state was computed from, and takes note of it. An Error if it
  /// has changed below a run (`own`), a warning if below another one's checkpoint.
  void check_data(bool own);
  /// Opens the logs, cut back to where the state stands.
  void open_logs();

  /// Trains what is left of `phase` and scores its end.
  void train(int phase);
  /// Freezes, scores the frozen base, injects the adapters.
  void switch_to_lora();
  /// Scores every dataset at a named moment ("start", "boundary", …) unless that has been done.
  void score_moment(const std::string& moment);
  void save(const std::string& suffix);
  /// Publishes final/<tokens>.
  void finish();
  /// Why the phase ended before its budget did; empty if it has not.
  std::string early_end() const;

  LoRATrainState state;
  const std::string& started_from() const { return started_from_; }

 private:
  /// Fits what was restored to this machine and to the run's settings.
  void settle();
  /// Computes as the state was computed so far, where that is this machine's doing.
  void settle_on_machine();
  /// The ends that were scored are not the ends of what is still to be trained.
  void forget_ends();
  PhaseParts parts_of(const PhasePlan& phase, const std::vector<Stage>& stages);
  std::vector<Stage> open_stages(const PhasePlan& phase) const;
  void after_step(const PhasePlan& phase, const StepResult& result, double lr);
  void copy_before_proof();
  void score_end_of_phase(const PhasePlan& phase);
  /// Refuses to publish what the last update has ruined: no later loss would show it.
  void require_finite(const Snapshot& snapshot);
  /// Takes back what was saved of a state that has turned out to be ruined, and says how to go on.
  [[noreturn]] void refuse_ruined(const NotFinite& failure);
  void validate(const PhasePlan& phase);
  Scores score(const std::vector<std::string>& labels, const std::string& what);
  void log_scores(const Scores& scores, const std::string& moment);
  bool consider_best(double loss);  ///< whether it is
  void warn_of_unseen_tokens();
  double peak_share(double flops);
  Stage::Options stage_options(int stage) const;

  TrainingSetup setup_;
  ExecutionSpec spec_;
  Observer* observer_;
  RunLock lock_;
  CheckpointStore store_;
  std::optional<ValidationSets> validation_;
  std::optional<JsonLines> metrics_, timing_;
  Meter meter_;
  PeakRate peak_;
  std::string started_from_;   ///< suffix of the checkpoint this process began with
  NamedTensors before_proof_;  ///< adapters before the update that shows whether they move
};

}  // namespace twofold
