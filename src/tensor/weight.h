#pragma once
// A weight as an operation sees it: a tensor, and possibly a low-rank term that is added to its
// product without ever being added to it. Models own weights; whoever adapts a model attaches the
// term from outside, by the weight's path.

#include <ATen/core/Tensor.h>

#include <optional>

namespace twofold {

/// scale · A·B, with A (in, r) and B (r, out) float32; for an embedding table A (V, r), B (r, D).
struct LowRank {
  at::Tensor A;
  at::Tensor B;
  double scale = 1.0;
};

/// value: (in, out) for a dense kernel (y = x·W; the storage may be the transposed contiguous
/// matrix), (V, D) for an embedding or head, (D) for norms and biases. Undefined = absent.
struct Weight {
  at::Tensor value;
  std::optional<LowRank> low_rank;
};

}  // namespace twofold
