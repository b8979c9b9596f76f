#pragma once
// What of a run's last bits is the doing of the machine that it is on.

#include "twofold/model/config.h"
#include "twofold/observer.h"
#include "twofold/train/run_state.h"

namespace twofold {

/// Has bfloat16 products computed as `state` remembers, or, where that is open or was another
/// processor's way, notes how they are computed here; notes processor and threads too.
void apply_machine_numerics(RunState& state, const ModelConfig& model, Observer& observer);

}  // namespace twofold
