#pragma once
// What of a run's last bits is the doing of the machine that it is on.

#include "model/config.h"
#include "train/run_state.h"
#include "twofold/observer.h"

namespace twofold {

/// Has bfloat16 products computed as `state` remembers, or, where that is open or was another
/// processor's way, notes how they are computed here; notes processor and threads too.
void apply_machine_numerics(RunState& state, const ModelConfig& model, Observer& observer);

}  // namespace twofold
