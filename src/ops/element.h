#pragma once
// Element types of the hand-written kernels: what each is computed in, and how a kernel written
// once for all of them is called for a tensor's own.

#include <c10/core/ScalarType.h>
#include <c10/util/BFloat16.h>

#include <type_traits>
#include <utility>

#include "base/error.h"

namespace twofold::ops {

/// float32 for bfloat16 and float32, double for double (gradient checks).
template <typename T>
using Compute = std::conditional_t<std::is_same_v<T, double>, double, float>;

inline at::ScalarType compute_dtype(at::ScalarType type) {
  return type == at::kDouble ? at::kDouble : at::kFloat;
}

/// Calls function(T{}) with the C++ type of `type`; anything but the three activation types is a
/// Bug.
template <typename Function>
decltype(auto) dispatch_floating(at::ScalarType type, Function&& function) {
  TWOFOLD_EXPECT(type == at::kFloat || type == at::kBFloat16 || type == at::kDouble,
                 "kernels compute in float32, bfloat16 or float64");
  if (type == at::kBFloat16) return std::forward<Function>(function)(c10::BFloat16{});
  if (type == at::kDouble) return std::forward<Function>(function)(double{});
  return std::forward<Function>(function)(float{});
}

}  // namespace twofold::ops
