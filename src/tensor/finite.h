#pragma once
// Whether all elements of a tensor are finite, and where they are not.

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "base/error.h"

namespace twofold {

/// False if an element is infinite or not a number. Integers are always finite.
bool is_finite(const at::Tensor& tensor);

/// The fault of weights that a file holds as `where` ("file: name") and that are not finite: the
/// place of the first such number, and how many there are. None if all are finite, which is found
/// out as fast as memory is read.
std::optional<Problem> find_not_finite(const at::Tensor& weights, const std::string& where);
/// The same of weights that were finite before they were narrowed to their dtype.
std::optional<Problem> find_overflow(const at::Tensor& narrowed, const std::string& where);

}  // namespace twofold
