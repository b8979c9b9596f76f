#pragma once
// Adapters of A and B that come from elsewhere than a run's settings.

#include "twofold/tensor/parameters.h"

namespace twofold {

/// Attaches scale·A·B to `leaf`, which is not trained: to compute with it.
void attach_low_rank(Parameter& leaf, const LowRank& term);

}  // namespace twofold
