#pragma once
// The training data of a phase: its batches, as a function of the step.

#include <vector>

#include "data/order/fade.h"
#include "data/order/stage.h"
#include "run/plan/run_plan.h"

namespace twofold {

class PhaseData {
 public:
  /// `options` apply to every stage, except options.stage, which is set to the stage's own number.
  PhaseData(const PhasePlan& phase, Stage::Options options, int64_t batch_size);
  /// The batch of a step: a pure function, safe on another thread.
  Batch batch(int64_t phase_step) const;

 private:
  StageOrder order_;
  int64_t batch_size_, width_;
  std::vector<Stage> stages_;
};

/// How the rows of a run are read and ordered.
Stage::Options data_options(const RunConfig& config, const Path& data_root);

}  // namespace twofold
