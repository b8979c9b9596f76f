#pragma once
// Proof that phase 2 trains what it says it trains.

#include "lora/lora.h"

namespace twofold {

/// Updates after which every adapter must have received a gradient: a factor that starts at zero
/// keeps the other's gradient at zero until it has moved, and the first update may have a learning
/// rate of zero.
inline constexpr int64_t kMovementProofStep = 3;

/// What the last of these updates, made at the learning rate `lr`, is judged by.
struct Movement {
  NamedTensors before;           ///< named_adapters, copied before that update
  NamedTensors optimizer_state;  ///< after it: "m/<name>", "v/<name>"
  double lr = 0;
};

/// Throws an Error that names every trained matrix or magnitude of `adapters` whose moments are
/// still zero (a gradient never reached it), and every one that has received a gradient and yet is
/// what it was before the update (which was lost in rounding, or had a rate of zero). The rows of
/// an embedding that is not the head are left out: a rare token may not have occurred.
void prove_movement(const LoRAParams& adapters, const Movement& movement);

/// Ids of the embedding's trained rows that are still as the frozen table has them: of an embedding
/// that is not the head, those of tokens that never occurred in what has been trained on.
std::vector<int64_t> rows_at_rest(const ParameterTree& parameters);

}  // namespace twofold
