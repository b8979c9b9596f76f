#pragma once
// When a run is scored: at validations, at milestones. The results are noted in the run's state and
// reported to its observer.

#include <memory>
#include <string>
#include <vector>

#include "eval/validation.h"
#include "twofold/observer.h"
#include "twofold/train/run_state.h"

namespace twofold {

using Evaluators = std::vector<std::unique_ptr<Evaluator>>;

class Evaluations {
 public:
  /// `validation` may be null: no loss is scored then, and none is ever the best. `others`:
  /// evaluators whose metrics are reported beside the validation losses. `last_stage`: the run's.
  Evaluations(std::unique_ptr<Validation> validation, Evaluators others, int last_stage,
              Observer& observer);
  /// An evaluator beside those that it has.
  void add(std::unique_ptr<Evaluator> other) { others_.push_back(std::move(other)); }

  bool active() const { return validation_ || !others_.empty(); }
  /// Scores the datasets of the stages up to `stage`. `patience`: see RunState::note_validation.
  /// Returns whether the loss of the stage's mixture is the phase's best.
  bool validate(Model& model, RunState& state, int stage, int64_t patience);
  /// Scores every dataset, unless this milestone has been scored before. Returns whether it scored
  /// now.
  bool score(Milestone milestone, Model& model, RunState& state);
  /// The same at another moment of the run, which has a name; whenever it is called.
  Scores score(const std::string& moment, Model& model, RunState& state);
  /// Scores the milestone that ends a phase, whose last stage is `stage`. Returns whether it scored
  /// now and the loss is the phase's best. A loss that is not better does not use up any patience.
  bool score_end(Milestone milestone, Model& model, RunState& state, int stage);
  /// Losses on every dataset, which are neither noted nor reported; none without validation.
  /// `what`: how the work is called meanwhile.
  Scores all_losses(Model& model, const RunState& state, const std::string& what) const;

  /// Null if no loss is scored.
  const Validation* validation() const { return validation_.get(); }

 private:
  Scores losses(Model& model, const RunState& state, const std::vector<std::string>& labels,
                const std::string& what) const;
  std::vector<Metric> other_metrics(Model& model, int stage, const std::string& what) const;
  std::unique_ptr<Validation> validation_;
  Evaluators others_;
  int last_stage_;
  Observer& observer_;
};

}  // namespace twofold
