#pragma once
// Storage order of matrices, and the identity of tensors' contents.

#include <cstdint>
#include <string>
#include <vector>

#include "twofold/tensor/parameters.h"

namespace twofold {

/// `value` stored in the wanted order: row-major, or, if `transposed`, as a view of its row-major
/// transpose. A tensor that is already in that order is returned as it is, not copied.
at::Tensor in_storage_order(const at::Tensor& value, bool transposed);

/// Whether the memory starts at a cache line, as memory that we allocate does. Products over memory
/// that starts elsewhere may give other bits (ops/cpu/scratch.h).
bool is_cache_aligned(const at::Tensor& value);

/// Hash over names, dtypes and contents: equal for equal tensors.
std::string content_id(const NamedTensors& tensors);

}  // namespace twofold
