#pragma once
// Whether all elements of a tensor are finite.

#include <ATen/core/Tensor.h>

namespace twofold {

/// False if an element is infinite or not a number. Integers are always finite.
bool is_finite(const at::Tensor& tensor);

}  // namespace twofold
