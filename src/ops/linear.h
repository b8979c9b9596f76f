#pragma once
// y = x·W + b + s·(x·A)·B, with gradients for x, W, b, A, B, whichever are asked for. W_eff = W +
// s·A·B and, for a frozen W, dL/dW are never formed. With a magnitude m (DoRA) y = (m / n)·(x·W +
// s·(x·A)·B) + b, n the column lengths of W + s·A·B, constant to the gradient; with dropout the
// adapter gets a part of x only.

#include "tensor/weight.h"

namespace twofold::ops {

/// x: (…, in), activation dtype (float32, bfloat16; float64 for gradient checks). kernel.value:
/// (in, out) in any float dtype, either storage order; it is converted to the compute dtype on the
/// fly, its gradient is in its own dtype. bias: (out) or undefined. Returns (…, out) in x's dtype.
at::Tensor linear(const at::Tensor& x, const Weight& kernel, const at::Tensor& bias = {});

namespace reference {
at::Tensor linear(const at::Tensor& x, const Weight& kernel, const at::Tensor& bias = {});
}

/// Plain 2-D product a·b in the fastest way this machine has for their dtype: bfloat16 operands are
/// multiplied as such where the processor does that quickly (measured once), else widened to
/// float32 panels. Result in `out_dtype`. No gradient.
at::Tensor matmul(const at::Tensor& a, const at::Tensor& b, at::ScalarType out_dtype);

}  // namespace twofold::ops
