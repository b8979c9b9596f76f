#pragma once
// RMSNorm and LayerNorm, statistics in float32, over the last dimension.

#include "tensor/weight.h"

namespace twofold::kernels {

/// x·rsqrt(mean(x²) + eps), rounded to x's dtype, then times weight. x: (…, D).
at::Tensor rms_norm(const at::Tensor& x, const Weight& weight, double eps);

/// (x − mean)/sqrt(var + eps)·weight + bias, population variance. bias.value may be undefined.
at::Tensor layer_norm(const at::Tensor& x, const Weight& weight, const Weight& bias, double eps);

namespace reference {
at::Tensor rms_norm(const at::Tensor& x, const Weight& weight, double eps);
at::Tensor layer_norm(const at::Tensor& x, const Weight& weight, const Weight& bias, double eps);
}  // namespace reference

}  // namespace twofold::kernels
