#pragma once
// A run while it lives: its state, data, logs, checkpoints and whoever watches.

#include <memory>
#include <optional>
#include <set>

#include "base/run_lock.h"
#include "checkpoint/store.h"
#include "data/stage.h"
#include "job/run_plan.h"
#include "job/train_state.h"
#include "job/validation.h"
#include "optim/schedule.h"
#include "tensor/peak_rate.h"
#include "tokenizer/tokenizer.h"
#include "train/loop.h"
#include "train/meter.h"
#include "train/metrics.h"
#include "twofold/job.h"

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
  /// Starts from `checkpoint`: of this run, or (own = false) of another.
  void restore(const CheckpointInfo& checkpoint, bool own);
  /// Starts from nothing, or from the weights of a Hugging Face folder.
  void start();
  /// A finished run goes on: its end has to be scored again.
  void reopen();
  /// Opens the logs, cut back to where the state stands.
  void open_logs();

  /// Trains what is left of `phase`.
  void train(int phase);
  /// Freezes, scores the frozen base, injects the adapters.
  void switch_to_lora();
  /// Scores every dataset at a named moment ("start", "boundary", …) unless that has been done.
  void score_moment(const std::string& moment);
  /// The same at the end of a phase, whose weights may be its best.
  void score_end_of_phase(const std::string& moment);
  void save(const std::string& suffix);
  /// Scores the end, publishes final/<tokens>.
  void finish();

  LoRATrainState state;
  const std::string& started_from() const { return started_from_; }

 private:
  /// Computes as the state was computed so far, where that is this machine's doing.
  void settle_on_machine();
  PhaseParts parts_of(const PhasePlan& phase, const std::vector<Stage>& stages);
  std::vector<Stage> open_stages(const PhasePlan& phase) const;
  void after_step(const PhasePlan& phase, const StepResult& result, double lr);
  void validate(const PhasePlan& phase);
  Scores score(const std::vector<std::string>& labels, const std::string& what);
  void log_scores(const Scores& scores, const std::string& moment);
  void consider_best(double loss);
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
  std::string started_from_;  ///< suffix of the checkpoint this process began with
};

}  // namespace twofold
