#pragma once
// The learning rates that others have found good, in the parametrisation that they found them in,
// and what a run's own rates are in it.

#include <cstdint>
#include <optional>

#include "twofold/lora/config.h"

namespace twofold {

/// Of adapters at scale 32/r with PEFT's start, on weights of this width: 5e-4 at width 2000, and
/// falling with it (tinker-cookbook's hyperparam_utils; Schulman et al. 2025, "LoRA Without
/// Regret").
double usual_adapter_rate(int64_t width);
/// Of all parameters of weights that have been trained before: a tenth of that (the same source).
double usual_tuning_rate(int64_t width);
/// Of all parameters from scratch with Adam (Brown et al. 2020, arXiv 2005.14165, table 2.1).
double usual_pretraining_rate(int64_t width);

/// The rate at which adapters at scale 32/r with PEFT's start would move the weights as much in
/// their first steps as these do at `lr`; nothing for variants that have no such rate. Adam moves
/// each number by its rate, so ΔW grows with the scale, with the factor that does not start at
/// zero, and with the rate of the other one.
std::optional<double> comparable_rate(const LoRAConfig& config, double lr, int64_t width);

}  // namespace twofold
