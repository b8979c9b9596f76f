#pragma once
// Element types of the ops: the dtype that each is computed in, and the dispatch of code that is
// written once for all of them to the type of a tensor.

#include <c10/core/ScalarType.h>

#include <utility>

#include "base/bfloat16.h"
#include "base/error.h"

namespace twofold::ops {

inline at::ScalarType compute_dtype(at::ScalarType type) {
  return type == at::kDouble ? at::kDouble : at::kFloat;
}

/// Calls function(T{}) with the C++ type of `type`; anything but the three activation types is a
/// Bug.
template <typename Function>
decltype(auto) dispatch_floating(at::ScalarType type, Function&& function) {
  TWOFOLD_EXPECT(type == at::kFloat || type == at::kBFloat16 || type == at::kDouble,
                 "ops compute in float32, bfloat16 or float64");
  if (type == at::kBFloat16) return std::forward<Function>(function)(BFloat16{});
  if (type == at::kDouble) return std::forward<Function>(function)(double{});
  return std::forward<Function>(function)(float{});
}

}  // namespace twofold::ops
