#pragma once
// A weight as an operation sees it: a tensor, and possibly a low-rank term that is added to its
// product without ever being added to it. Models own weights; whoever adapts a model attaches the
// term from outside, by the weight's path.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace twofold {

/// Dropout of what goes into the adapters' A, one object for all adapters of a model. Whoever
/// trains says which step is being computed; p = 0 (as it is outside training) costs nothing.
struct AdapterDropout {
  double p = 0;
  uint64_t seed = 0, step = 0;
  int64_t first_row = 0;  ///< global row of the micro-batch's row 0
};

struct Nf4;  // tensor/nf4.h

/// scale · A·B, with A (in, r) and B (r, out) float32; for an embedding table A (V, r), B (r, D).
struct LowRank {
  at::Tensor A;
  at::Tensor B;
  double scale = 1.0;
  /// (out), float32, DoRA (arXiv 2402.09353): the columns of W + scale·A·B are given this length;
  /// of a head (V, D), which is a layer from D to V, its rows are: (V). The length that they had is
  /// a constant to the gradient. Undefined: none.
  at::Tensor magnitude = {};
  std::shared_ptr<const AdapterDropout> dropout = {};  ///< of dense kernels and a head
  uint64_t dropout_site = 0;                           ///< names this leaf's random stream
};

/// Rows that stand in a table for its own, whatever low-rank term the others have.
struct TrainedRows {
  at::Tensor ids;    ///< (n) int64: which rows, each once
  at::Tensor value;  ///< (n, D), float32
};

/// value: (in, out) for a dense kernel (y = x·W; the storage may be the transposed contiguous
/// matrix), (V, D) for an embedding or head, (D) for norms and biases. Undefined = absent.
struct Weight {
  at::Tensor value;
  std::optional<LowRank> low_rank;
  std::optional<TrainedRows> rows = {};  ///< of a table (V, D)
  at::Tensor frozen = {};  ///< the base's own value where a trained copy stands in `value`
  /// The value in 4 bits. `value` then has its shape and order but no memory: see tensor/packed.h.
  std::shared_ptr<const Nf4> packed = {};
};

}  // namespace twofold
