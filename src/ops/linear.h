#pragma once
// y = x·W + b, and with a low-rank term y = x·W + b + s·(x·A)·B: gradients for x, W, b, A, B,
// whichever are asked for. W + s·A·B and, for a frozen W, dL/dW are never formed.

#include "twofold/tensor/weight.h"

namespace twofold::ops {

/// x: (…, in), activation dtype (float32, bfloat16; float64 for gradient checks). weight.value:
/// (in, out) in any float dtype, either storage order, or packed; it is converted to the compute
/// dtype on the fly, its gradient is in its own dtype. bias: (out) or undefined. Returns (…, out)
/// in x's dtype. The weight's attachments take no part: see ops/attachment.h.
at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias = {});

/// The same plus scale·(input·A)·B, rounded once. `input`: what A is multiplied with instead of x;
/// undefined: x.
at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                  const LowRank& term, const at::Tensor& input = {});

namespace reference {
at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                  const LowRank& term, const at::Tensor& input);
}

}  // namespace twofold::ops
