#pragma once
// Element types of tensor files, without torch.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace twofold::formats {

enum class DType : uint8_t { kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64 };

size_t size_of(DType dtype);               ///< bytes an element
std::string_view safetensors_name(DType);  ///< "BF16"

}  // namespace twofold::formats
