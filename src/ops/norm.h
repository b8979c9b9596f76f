#pragma once
// RMSNorm and LayerNorm, statistics in float32, over the last dimension.

#include "twofold/tensor/weight.h"

namespace twofold::ops {

/// What RMSNorm multiplies by: the weight, or (Gemma) one plus the weight.
enum class RmsScale { kWeight, kOnePlusWeight };

/// x·rsqrt(mean(x²) + eps), rounded to x's dtype, then times weight. With 1 + weight it is rounded
/// only after the product, as in Gemma. x: (…, D).
at::Tensor rms_norm(const at::Tensor& x, const Weight& weight, double eps,
                    RmsScale scale = RmsScale::kWeight);

/// (x − mean)/sqrt(var + eps)·weight + bias, population variance. bias.value may be undefined.
at::Tensor layer_norm(const at::Tensor& x, const Weight& weight, const Weight& bias, double eps);

namespace reference {
at::Tensor rms_norm(const at::Tensor& x, const Weight& weight, double eps,
                    RmsScale scale = RmsScale::kWeight);
at::Tensor layer_norm(const at::Tensor& x, const Weight& weight, const Weight& bias, double eps);
}  // namespace reference

}  // namespace twofold::ops
