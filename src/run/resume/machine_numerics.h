#pragma once
// How the machine affects the last bits of a run's numbers.

#include "ops/matmul.h"
#include "twofold/model/config.h"
#include "twofold/observer.h"
#include "twofold/train/run_state.h"

namespace twofold {

/// Has `products` computed the way that `state` notes. If `state` notes no way, or comes from
/// another processor, notes the way of this machine instead. Also notes processor, instruction set
/// and threads, and tells the observer if the processor or the instruction set is another.
void apply_machine_numerics(RunState& state, const ModelConfig& model,
                            ops::Bfloat16Choice& products, Observer& observer);

}  // namespace twofold
