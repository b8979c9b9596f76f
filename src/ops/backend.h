#pragma once
// Which back end computes an op. Ours (ops/cpu, with gradients in ops/autograd) takes tensors in
// the host's memory; ops/reference is plain ATen and takes any. What an environment variable asks
// for is read once, at the first question, and holds until the process ends.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

/// Whether TWOFOLD_OPS=reference asks for ops::reference everywhere; an Error where it asks for
/// something else that there is not.
bool reference_everywhere();

/// Whether an op on `tensor` is computed by ops::reference: its memory is not the host's, or
/// reference_everywhere().
bool use_reference(const at::Tensor& tensor);

}  // namespace twofold::ops
