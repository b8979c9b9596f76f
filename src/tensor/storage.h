#pragma once
// Storage order of matrices, and the identity of tensors' contents.

#include <cstdint>
#include <string>
#include <vector>

#include "twofold/tensor/parameters.h"

namespace twofold {

/// `value` with its own memory in the wanted order: row-major, or (transposed) the storage of its
/// transpose, seen as itself. A tensor already in that order is returned as it is.
at::Tensor in_storage_order(const at::Tensor& value, bool transposed);

/// Whether the memory starts at a cache line, as memory of our own does: products over other memory
/// may give other bits (ops/scratch.h).
bool is_cache_aligned(const at::Tensor& value);

/// Hash over names, dtypes and contents: equal for equal tensors.
std::string content_id(const NamedTensors& tensors);

}  // namespace twofold
