#pragma once
// The element types of the loops, and tables of functions with one entry for each.

#include <type_traits>

#include "base/bfloat16.h"

namespace twofold::ops::cpu {

/// The type that T is computed in: float32 for bfloat16 and float32, double for double (gradient
/// checks).
template <typename T>
using Compute = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// Functions of one op for each element type.
template <template <typename> typename Functions>
struct ByType {
  Functions<float> float32;
  Functions<BFloat16> bfloat16;
  Functions<double> float64;

  template <typename T>
  const Functions<T>& of() const {
    if constexpr (std::is_same_v<T, BFloat16>)
      return bfloat16;
    else if constexpr (std::is_same_v<T, double>)
      return float64;
    else
      return float32;
  }
};

/// The same for loops whose elements are of the compute type only.
template <template <typename> typename Functions>
struct ByComputeType {
  Functions<float> float32;
  Functions<double> float64;

  template <typename C>
  const Functions<C>& of() const {
    if constexpr (std::is_same_v<C, double>)
      return float64;
    else
      return float32;
  }
};

}  // namespace twofold::ops::cpu
