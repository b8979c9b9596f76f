#pragma once
// Which back end computes an op. Ours (ops/cpu, with gradients in ops/autograd) takes tensors in
// the host's memory; ops/reference is plain ATen and takes any. The environment variable
// TWOFOLD_OPS is read once, when it is first needed, and holds until the process ends.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

/// Whether TWOFOLD_OPS=reference asks for ops::reference everywhere; throws an Error if it names an
/// unknown back end.
bool reference_everywhere();

/// Whether an op on `tensor` is computed by ops::reference: its memory is not the host's, or
/// reference_everywhere().
bool use_reference(const at::Tensor& tensor);

}  // namespace twofold::ops
