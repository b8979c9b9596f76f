#pragma once
// A weight as an operation sees it: a tensor, possibly packed, and what has been attached to it
// from outside, by the weight's path. Models own weights and do not know what an attachment is.

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

namespace twofold {

struct Nf4;        // tensor/nf4.h
class Attachment;  // ops/attachment.h

/// scale · A·B, with A (in, r) and B (r, out); of a table (V, D), A (V, r) and B (r, D).
struct LowRank {
  at::Tensor A;
  at::Tensor B;
  double scale = 1.0;
};

/// value: (in, out) for a dense kernel (y = x·W; the storage may be the transposed contiguous
/// matrix), (V, D) for an embedding or head, (D) for norms and biases. Undefined = absent.
struct Weight {
  at::Tensor value;
  /// The value in 4 bits. `value` then has its shape and order but no memory: see tensor/packed.h.
  std::shared_ptr<const Nf4> packed = {};
  /// In order: each computes with the weight and the attachments before it.
  std::vector<std::shared_ptr<const Attachment>> attachments = {};
};

}  // namespace twofold
