#pragma once
// Pointwise activations with gradients; computed in float32, stored in the input's dtype.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up);       ///< silu(gate) · up
at::Tensor gelu_tanh_mul(const at::Tensor& gate, const at::Tensor& up);  ///< gelu_tanh(gate) · up
at::Tensor gelu_tanh(const at::Tensor& x);
at::Tensor gelu_erf(const at::Tensor& x);

namespace reference {
at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up);
at::Tensor gelu_tanh_mul(const at::Tensor& gate, const at::Tensor& up);
at::Tensor gelu_tanh(const at::Tensor& x);
at::Tensor gelu_erf(const at::Tensor& x);
}  // namespace reference

}  // namespace twofold::ops
