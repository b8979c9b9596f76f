#pragma once
// What phase 2 has done to the weights so far, measured wherever the run is scored.

#include <memory>
#include <optional>

#include "checkpoint/store.h"
#include "lora/weight_update.h"
#include "run/plan/run_plan.h"
#include "run/run_config.h"
#include "twofold/evaluator.h"

namespace twofold {

/// For each matrix of the blocks that phase 2 adapts (or, in a control that trains everything,
/// would adapt), "update/<module>/relative_norm", "…/rank90", "…/top_share", "…/intruders": see
/// lora/update_measures.h. Nothing before phase 2.
class WeightUpdates : public Evaluator {
 public:
  struct Options {
    /// Operations that the measures of directions may cost (directions_cost); where they would cost
    /// more they are left out, and so is all that needs the singular values of a matrix. Of a
    /// control relative_norm is left.
    double affordable = 0;
    /// Of a control: where its checkpoints are.
    Path checkpoints = {};
  };
  WeightUpdates(const LoRAConfig& config, Options options)
      : config_(config), options_(std::move(options)) {}

  std::string name() const override { return "weight updates"; }
  std::vector<Metric> evaluate(const Evaluation& evaluation) override;

 private:
  /// The matrices that adapters are on, or that a control would have them on.
  std::vector<const Parameter*> changing(const ParameterTree& parameters);
  /// The weights that the control's phase 2 began with; empty before it has begun.
  const NamedTensors& before_control();
  void measure(const Parameter& leaf, bool directions, std::vector<Metric>& metrics);
  WeightUpdate update_of(const Parameter& leaf);

  const LoRAConfig& config_;
  Options options_;
  NamedTensors before_control_ = {};
};

/// As logging/weight_updates says; null if it says off, or if the run has no phase 2.
std::unique_ptr<Evaluator> make_weight_updates(const RunConfig& config, const RunPlan& plan,
                                               const Path& checkpoints);

}  // namespace twofold
