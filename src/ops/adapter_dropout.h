#pragma once
// Dropout of what an adapter sees, which leaves the weight's own path alone.

#include "ops/dropout.h"
#include "tensor/weight.h"

namespace twofold::ops {

/// What the low-rank term gets to see of x (rows, …) in this step, or absent where that is all.
inline at::Tensor dropped(const at::Tensor& x, const LowRank& term) {
  if (!term.dropout || term.dropout->p == 0) return {};
  const AdapterDropout& now = *term.dropout;
  return dropout(
      x, now.p,
      {.seed = now.seed, .step = now.step, .site = term.dropout_site, .first_row = now.first_row});
}

}  // namespace twofold::ops
