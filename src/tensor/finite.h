#pragma once
// Whether there are numbers only.

#include "tensor/parameters.h"

namespace twofold {

/// False if an element is infinite or not a number. Integers are always finite.
bool is_finite(const at::Tensor& tensor);

}  // namespace twofold
