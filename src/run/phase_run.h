#pragma once
// Runs one phase: gives the loop what it trains on, and handles its events.

#include <optional>

#include "eval/task_evaluator.h"
#include "run/adapters/update_check.h"
#include "run/boundary.h"
#include "run/checkpointing.h"
#include "run/pace.h"
#include "run/phase_data.h"
#include "train/evaluations.h"
#include "train/loop.h"

namespace twofold {

/// The parts of the run that a phase works with.
struct PhaseContext {
  const RunConfig& config;
  const RunPlan& plan;
  NewTokens new_tokens;  ///< tokenizer/add_tokens
  Path data_root;
  Path results;
  TrainState& state;
  Evaluations& evaluations;
  std::vector<TaskEvaluator*> tasks;  ///< among the evaluations
  Checkpointing& checkpointing;
  const BoundaryKeeper& boundaries;
  Pace& pace;
  Observer& observer;
};

class PhaseRun : private PhaseEvents {
 public:
  PhaseRun(const PhaseContext& context, const PhasePlan& phase);
  /// Trains what is left of the phase and scores its end.
  void train();

 private:
  /// A stretch of the phase that ends at a boundary: a stage, where its end is scored; else all.
  struct Leg {
    const StagePlan& first;
    int64_t end;
  };
  std::vector<Leg> legs() const;
  /// Whether the run has this one behind it, with all that happens at its end.
  bool is_behind(const Leg& leg) const;
  void warn_of_two_begins() const;
  PhaseParts parts(const Leg& leg);
  Cadence cadence(const Leg& leg) const;
  MicroLoss loss(const Batch& micro, double scale, int64_t first_row);
  void save_best();
  StepReport report(const StepResult& result, double lr);
  /// Scores the model without its adapters; `asked`: whether the tasks have just been asked of it
  /// with them, so that the two can be compared.
  void score_without_adapters(bool asked);
  void draw_adapter_curve();
  bool is_last() const { return &phase_ == &run_.plan.phases.back(); }
  // PhaseEvents
  void validate() override;
  void save() override;
  void after_step(const StepResult& result, double lr) override;
  void score_end() override;

  PhaseContext run_;
  const PhasePlan& phase_;
  PhaseData data_;
  std::optional<UpdateCheck> update_check_;  ///< of adapters
};

}  // namespace twofold
