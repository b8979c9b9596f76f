#pragma once
// A check that phase 2 trains what it says it trains.

#include "twofold/lora/lora.h"

namespace twofold {

/// Updates after which every adapter must have received a gradient: a factor that starts at zero
/// keeps the other's gradient at zero until it has moved, and the first update may have a learning
/// rate of zero.
inline constexpr int64_t kUpdateCheckStep = 3;

/// What is known of the last of these updates, which was made at the learning rate `lr`.
struct CheckedUpdate {
  NamedTensors before;           ///< named_adapters, copied before that update
  NamedTensors optimizer_state;  ///< after it: "m/<name>", "v/<name>"
  double lr = 0;
};

/// Throws an Error that names every trained tensor of `adapters` whose optimizer state is still
/// zero (a gradient never reached it), and every one that has received a gradient and yet is
/// unchanged by the update (which was lost in rounding, or had a rate of zero). Tensors that may
/// rightly stay unchanged are left out.
void check_adapters_updated(const LoRAParams& adapters, const CheckedUpdate& update);

/// The trained tokens whose rows of the embedding still equal those of the frozen table. Where the
/// embedding is not the head as well, they never occurred in what has been trained on.
std::vector<int64_t> unused_tokens(const ParameterTree& parameters);

}  // namespace twofold
