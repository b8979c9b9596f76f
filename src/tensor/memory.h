#pragma once
// A tensor's elements as they lie in the host's memory, for the loops of ops/cpu.

#include <ATen/core/Tensor.h>

#include <type_traits>

#include "base/bfloat16.h"
#include "base/error.h"

namespace twofold {

template <typename T>
constexpr at::ScalarType scalar_type_of() {
  if constexpr (std::is_same_v<T, BFloat16>)
    return at::kBFloat16;
  else
    return c10::CppTypeToScalarType<T>::value;
}

/// For reading. The tensor must be in the host's memory and of dtype T.
template <typename T>
const T* elements(const at::Tensor& tensor) {
  TWOFOLD_EXPECT(tensor.scalar_type() == scalar_type_of<T>(), "a tensor of another dtype");
  return static_cast<const T*>(tensor.const_data_ptr());
}

/// For writing; the same holds.
template <typename T>
T* mutable_elements(const at::Tensor& tensor) {
  TWOFOLD_EXPECT(tensor.scalar_type() == scalar_type_of<T>(), "a tensor of another dtype");
  return static_cast<T*>(tensor.mutable_data_ptr());
}

}  // namespace twofold
