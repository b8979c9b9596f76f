#pragma once
// Which back end computes an op. Ours (ops/cpu, with gradients in ops/autograd) takes tensors in
// the host's memory; ops/reference is plain ATen and takes any. What an environment variable asks
// for is read once, at the first question, and holds until the process ends.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

/// Whether an op on `tensor` is computed by ops::reference: its memory is not the host's, or
/// TWOFOLD_OPS=reference asks for it everywhere.
bool use_reference(const at::Tensor& tensor);

}  // namespace twofold::ops
