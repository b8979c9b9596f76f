#pragma once
// Inverted dropout whose mask is a pure function of where an element stands in the global batch:
// recomputing it, splitting the batch or resuming a run gives the same mask.

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace twofold::ops {

/// Names a mask's random stream.
struct DropoutKey {
  uint64_t seed = 0, step = 0, site = 0;  ///< site: layer and place within it; see model
  int64_t first_row = 0;  ///< global row of row 0, so that micro-batching changes nothing
};

/// x (rows, …) with a share p of its elements 0 and the others times 1/(1 − p). Element i of the
/// global batch is kept iff word i mod 4 of block i/4 of the stream (seed, kDropout, site, step) is
/// ≥ p·2³². p = 0 returns x itself.
at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key);

namespace reference {
at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key);
}

}  // namespace twofold::ops
