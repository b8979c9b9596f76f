#include "tensor/dtype.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/error.h"

namespace twofold {
namespace {

using formats::DType;

constexpr std::array kFileTypes = {
    std::pair{DType::kBool, at::kBool}, std::pair{DType::kU8, at::kByte},
    std::pair{DType::kI8, at::kChar},   std::pair{DType::kI16, at::kShort},
    std::pair{DType::kI32, at::kInt},   std::pair{DType::kI64, at::kLong},
    std::pair{DType::kF16, at::kHalf},  std::pair{DType::kBF16, at::kBFloat16},
    std::pair{DType::kF32, at::kFloat}, std::pair{DType::kF64, at::kDouble},
};

constexpr std::array kNames = {
    std::pair{"float32", at::kFloat}, std::pair{"bfloat16", at::kBFloat16},
    std::pair{"float16", at::kHalf},  std::pair{"float64", at::kDouble},
    std::pair{"int32", at::kInt},     std::pair{"int64", at::kLong},
    std::pair{"int16", at::kShort},   std::pair{"int8", at::kChar},
    std::pair{"uint8", at::kByte},    std::pair{"bool", at::kBool},
};

}  // namespace

at::ScalarType scalar_type(const std::string& name) {
  for (const auto& [known, type] : kNames) {
    if (name == known && at::isFloatingType(type)) return type;
  }
  TWOFOLD_EXPECT(false, "no floating dtype is called " + name);
}

std::string dtype_name(at::ScalarType type) {
  for (const auto& [name, known] : kNames) {
    if (type == known) return name;
  }
  TWOFOLD_EXPECT(false, std::string("dtype without a name here: ") + c10::toString(type));
}

formats::DType file_dtype(at::ScalarType type) {
  for (const auto& [dtype, known] : kFileTypes) {
    if (type == known) return dtype;
  }
  TWOFOLD_EXPECT(false, std::string("dtype that files cannot hold: ") + c10::toString(type));
}

at::ScalarType scalar_type(formats::DType dtype) {
  for (const auto& [known, type] : kFileTypes) {
    if (dtype == known) return type;
  }
  TWOFOLD_EXPECT(false, "unknown file dtype");
}

std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "none";
  return fmt::format("{} ({})", dtype_name(tensor.scalar_type()), fmt::join(tensor.sizes(), ", "));
}

}  // namespace twofold
