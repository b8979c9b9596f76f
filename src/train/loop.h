#pragma once
// The loop around the step: validation, checkpoints, early stopping, and stopping when asked.
// Whether a validation or a checkpoint is due is a function of the step alone.

#include <functional>

#include "twofold/train/run_state.h"
#include "twofold/train/step.h"

namespace twofold {

/// What a phase trains on and with.
struct PhaseParts {
  std::function<Batch(int64_t phase_step)> batch_of;  ///< pure; called on the prefetch thread
  LossFunction loss_of;
  std::vector<Trainable> tensors;
  Optimizer* optimizer = nullptr;
  std::function<double(int64_t phase_step)> lr_of;
  int64_t steps = 0;  ///< of the phase, up to the boundary that is trained to
  int64_t tokens_per_step = 0;
  int64_t micro_rows = 1;
};

/// Every how many steps (of the whole run); 0 = never.
struct Cadence {
  int64_t validation = 0;
  int64_t checkpoint = 0;
};

/// What the owner of the run does at those moments.
class PhaseEvents {
 public:
  virtual ~PhaseEvents() = default;
  virtual void validate() = 0;  ///< scores, and notes the result in the state
  virtual void save() = 0;      ///< a periodic checkpoint
  virtual void after_step(const StepResult& result, double lr) = 0;  ///< the state has advanced
  virtual void score_end() = 0;  ///< parts.steps are done: scores what has been reached
};

/// Trains from state.phase_step to the end of the phase and has the end scored. When a stop is
/// requested, finishes the step (or abandons a validation, which is done again on resume), saves
/// and throws Interrupted.
void train_phase(RunState& state, const PhaseParts& parts, const Cadence& cadence,
                 PhaseEvents& events);

}  // namespace twofold
