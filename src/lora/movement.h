#pragma once
// Proof that phase 2 trains what it says it trains.

#include "lora/lora.h"

namespace twofold {

/// Updates after which every adapter must have left its start: B moves at the first one with a
/// learning rate above zero (the first may have none), A at the one after, since its gradient is
/// zero while B is.
inline constexpr int64_t kMovementProofStep = 3;

/// Throws an Error that names every adapter whose A or B is still exactly what injection gave it: a
/// gradient never reached it. Nothing has to be remembered: the start is a function of (seed,
/// path).
void prove_movement(const LoRAParams& adapters, const LoRAConfig& config, uint64_t seed);

}  // namespace twofold
