#pragma once
// What Adam keeps of each trained tensor, and how such a state is saved and restored.

#include "twofold/optim/gradients.h"

namespace twofold {

/// A trained tensor with its first and second moments.
struct AdamState {
  Trainable tensor;
  size_t index = 0;  ///< its place among the tensors that the optimizer was made with
  at::Tensor m, v;
};

/// Both moments are zero, with the tensor's own shape and strides.
AdamState make_adam_state(Trainable tensor, size_t index);

/// Appends "m/<name>" and "v/<name>" of each.
void append_state(NamedTensors& state, const std::vector<AdamState>& all);
/// Appends "count", an int64 scalar.
void append_count(NamedTensors& state, int64_t count);

/// Copies `saved` into `live` by name. Throws one Error naming every tensor that is missing, left
/// over or of another shape or dtype, before anything is copied.
void copy_state(const NamedTensors& live, const NamedTensors& saved);
/// The number behind the name "count".
int64_t count_of(const NamedTensors& state);

}  // namespace twofold
