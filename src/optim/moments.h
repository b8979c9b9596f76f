#pragma once
// Tensors with their first and second moments, and how such a state is saved and restored.

#include "optim/optimizer.h"

namespace twofold {

/// One trained tensor and what its optimizer remembers of it.
struct Moments {
  Trainable tensor;
  at::Tensor m, v;
};

/// Both moments of the tensor's own shape and strides, zero.
Moments make_moments(Trainable tensor);

/// Appends "m/<name>" and "v/<name>" of each.
void append_state(NamedTensors& state, const std::vector<Moments>& all);

/// Copies `saved` into `live` by name. Throws one Error naming every tensor that is missing, left
/// over or of another shape or dtype, before anything is copied.
void copy_state(const NamedTensors& live, const NamedTensors& saved);

/// The gradient in the strides of the tensor it belongs to, or undefined if there is none.
at::Tensor gradient_like(const at::Tensor& value);

/// What gradients are multiplied by so that their norm is at most `clip`; clip 0 = 1.
double clip_scale(double clip, double norm);

}  // namespace twofold
