#pragma once
// y = z·(m / n) + b over the last dimension: the second half of DoRA.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

/// z (…, out) in the activation dtype; magnitude m, norms n (out), n > 0, not differentiated; bias
/// (out) or undefined. Computed in float32 (float64 for doubles), rounded once to z's dtype.
/// Gradients for z, m and b.
at::Tensor column_scale(const at::Tensor& z, const at::Tensor& magnitude, const at::Tensor& norms,
                        const at::Tensor& bias);

}  // namespace twofold::ops
