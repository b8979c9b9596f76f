#pragma once
// Element types of tensor files, without torch.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twofold::formats {

enum class DType : uint8_t { kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64 };

size_t size_of(DType dtype);               ///< bytes an element
std::string_view safetensors_name(DType);  ///< "BF16"

/// The type that safetensors calls `name` (case-sensitive); none if it is not one of ours.
std::optional<DType> dtype_from_safetensors(std::string_view name);
/// True for the types of the format that twofold has no use for ("F8_E4M3", "C64", …).
bool is_unsupported_safetensors_dtype(std::string_view name);
/// "BOOL, U8, …": every supported name, for errors.
std::string supported_dtypes();
/// The rank by which the Rust crate's writer orders tensors; higher ranks are written first.
int layout_rank(DType dtype);

}  // namespace twofold::formats
