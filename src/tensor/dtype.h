#pragma once
// Names of element types as configs spell them, and their counterparts in files.

#include <ATen/core/Tensor.h>

#include <string>

#include "formats/dtype.h"

namespace twofold {

at::ScalarType scalar_type(
    const std::string& name);  ///< "float32", "bfloat16", "float16", "float64"; else a Bug
std::string dtype_name(at::ScalarType type);
formats::DType file_dtype(at::ScalarType type);
at::ScalarType scalar_type(formats::DType dtype);
/// "float32 (4, 16)"; "none" for an undefined tensor.
std::string describe(const at::Tensor& tensor);

}  // namespace twofold
