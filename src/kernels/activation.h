#pragma once
// Pointwise activations with gradients; computed in float32, stored in the input's dtype.

#include <cstdint>

#include "tensor/weight.h"

namespace twofold::kernels {

at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up);       ///< silu(gate) · up
at::Tensor gelu_tanh_mul(const at::Tensor& gate, const at::Tensor& up);  ///< gelu_tanh(gate) · up
at::Tensor gelu_tanh(const at::Tensor& x);
at::Tensor gelu_erf(const at::Tensor& x);

/// Inverted dropout of x (rows, …): element i of the global batch is kept iff word i mod 4 of block
/// i/4 of the stream (seed, kDropout, site, step) is ≥ p·2³², so recomputing it gives the same
/// mask. p = 0 returns x itself.
struct DropoutKey {
  uint64_t seed = 0, step = 0, site = 0;  ///< site: layer and place within it; see model
  int64_t first_row = 0;  ///< global row of row 0, so that micro-batching changes nothing
};
at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key);

namespace reference {
at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up);
at::Tensor gelu_tanh_mul(const at::Tensor& gate, const at::Tensor& up);
at::Tensor gelu_tanh(const at::Tensor& x);
at::Tensor gelu_erf(const at::Tensor& x);
}  // namespace reference

}  // namespace twofold::kernels
