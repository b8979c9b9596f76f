#include "formats/dtype.h"

#include <algorithm>
#include <array>

namespace twofold::formats {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  size_t bytes;
};

// In the layout order of the Rust crate (safetensors 0.8, `enum Dtype`), so a row's index is its
// rank.
constexpr std::array kRows = {
    Row{DType::kBool, "BOOL", 1}, Row{DType::kU8, "U8", 1},   Row{DType::kI8, "I8", 1},
    Row{DType::kI16, "I16", 2},   Row{DType::kF16, "F16", 2}, Row{DType::kBF16, "BF16", 2},
    Row{DType::kI32, "I32", 4},   Row{DType::kF32, "F32", 4}, Row{DType::kF64, "F64", 8},
    Row{DType::kI64, "I64", 8},
};

constexpr std::array<std::string_view, 12> kUnsupported = {
    "F4",          "F6_E2M3",     "F6_E3M2", "F8_E5M2", "F8_E4M3", "F8_E8M0",
    "F8_E4M3FNUZ", "F8_E5M2FNUZ", "U16",     "U32",     "U64",     "C64"};

const Row& row(DType dtype) {
  return *std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.dtype == dtype; });
}

}  // namespace

size_t size_of(DType dtype) { return row(dtype).bytes; }

std::string_view safetensors_name(DType dtype) { return row(dtype).name; }

std::optional<DType> dtype_from_safetensors(std::string_view name) {
  for (const Row& r : kRows) {
    if (r.name == name) return r.dtype;
  }
  return std::nullopt;
}

bool is_unsupported_safetensors_dtype(std::string_view name) {
  return std::find(kUnsupported.begin(), kUnsupported.end(), name) != kUnsupported.end();
}

std::string supported_dtypes() {
  std::string names;
  for (const Row& r : kRows) {
    if (!names.empty()) names += ", ";
    names += r.name;
  }
  return names;
}

int layout_rank(DType dtype) { return static_cast<int>(&row(dtype) - kRows.data()); }

}  // namespace twofold::formats
