#include "train/loop.h"

#include "base/error.h"
#include "base/stop.h"
#include "data/order/prefetch.h"

namespace twofold {
namespace {

bool due(int64_t step, int64_t interval) { return interval > 0 && step % interval == 0; }

bool phase_over(const RunState& state, const PhaseParts& parts) {
  return state.phase_step >= parts.steps || state.phase_ended_early;
}

void validate_if_due(RunState& state, const PhaseParts& parts, const Cadence& cadence,
                     PhaseEvents& events) {
  // The end of a phase is scored on more than the current stage's data.
  if (state.validated_step == state.step || phase_over(state, parts)) return;
  if (due(state.step, cadence.validation)) events.validate();
}

}  // namespace

void train_phase(RunState& state, const PhaseParts& parts, const Cadence& cadence,
                 PhaseEvents& events) {
  Prefetcher batches(parts.batch_of, state.phase_step, parts.steps);
  int64_t saved_step = state.step;  // where we start from is on the disk, or is the fresh start
  try {
    while (true) {
      validate_if_due(state, parts, cadence, events);
      if (phase_over(state, parts)) return events.score_end();
      if (due(state.step, cadence.checkpoint) && saved_step != state.step) {
        events.save();
        saved_step = state.step;
      }
      check_stop();
      const double lr = parts.lr_of(state.phase_step);
      const StepResult result = train_step(parts.loss_of, batches.next(), parts.micro_rows,
                                           parts.tensors, *parts.optimizer, lr, state.step + 1);
      state.advance(parts.tokens_per_step);
      events.after_step(result, lr);
    }
  } catch (const Interrupted&) {
    if (saved_step != state.step || state.step == 0) events.save();
    throw;
  }
}

}  // namespace twofold
