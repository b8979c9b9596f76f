#pragma once
// Low-rank adapters that do not come from a run's settings.

#include "twofold/tensor/parameters.h"

namespace twofold {

/// Attaches scale·A·B to `leaf`, to compute with it; it is not trained.
void attach_low_rank(Parameter& leaf, const LowRank& term);

}  // namespace twofold
