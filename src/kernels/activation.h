#pragma once
// Pointwise activations with gradients; computed in float32, stored in the input's dtype.

#include <cstdint>

#include "tensor/weight.h"

namespace twofold::kernels {

at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up);  ///< silu(gate) · up
at::Tensor gelu_tanh(const at::Tensor& x);
at::Tensor gelu_erf(const at::Tensor& x);

/// Inverted dropout; element i is kept iff uniform(i) of `stream_key`'s stream ≥ p, so recomputing
/// it gives the same mask. p = 0 returns x itself.
struct DropoutKey {
  uint64_t seed = 0, step = 0, site = 0;  ///< site: layer and place within it; see model
  int64_t first_row = 0;  ///< global row of row 0, so that micro-batching changes nothing
};
at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key);

namespace reference {
at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up);
at::Tensor gelu_tanh(const at::Tensor& x);
at::Tensor gelu_erf(const at::Tensor& x);
}  // namespace reference

}  // namespace twofold::kernels
