#pragma once
// Proof that phase 2 trains what it says it trains.

#include "lora/lora.h"

namespace twofold {

/// Updates after which every adapter must have received a gradient: a factor that starts at zero
/// keeps the other's gradient at zero until it has moved, and the first update may have a learning
/// rate of zero.
inline constexpr int64_t kMovementProofStep = 3;

/// Throws an Error that names every trained matrix or magnitude of `adapters` whose moments
/// ("m/<name>", "v/<name>" in the optimizer's state) are still zero: a gradient never reached it.
/// The rows of an embedding that is not the head are left out: a rare token may not have occurred.
void prove_movement(const LoRAParams& adapters, const NamedTensors& optimizer_state);

/// Ids of the embedding's trained rows that are still as the frozen table has them: of an embedding
/// that is not the head, those of tokens that never occurred in what has been trained on.
std::vector<int64_t> rows_at_rest(const ParameterTree& parameters);

}  // namespace twofold
