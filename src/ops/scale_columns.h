#pragma once
// y = z·(a / n) + b over the last dimension.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

/// z (…, out) in the activation dtype; a and n (out), n > 0 and not differentiated; bias (out) or
/// undefined. Computed in float32 (float64 for doubles), rounded once to z's dtype. Gradients for
/// z, a and the bias.
at::Tensor scale_columns(const at::Tensor& z, const at::Tensor& a, const at::Tensor& n,
                         const at::Tensor& bias = {});

}  // namespace twofold::ops
