#pragma once
// Tensors to and from GGUF files.

#include <ATen/core/Tensor.h>

#include "formats/gguf.h"

namespace twofold {

/// A tensor of the file in host memory: bfloat16 as it is, other types as float32.
at::Tensor read_gguf_tensor(const formats::GgufFile& file, const formats::GgufTensor& tensor);

/// Writes `value`, on whatever device, as the next rows of the writer's current tensor, converted
/// to its type.
void append_rows(formats::GgufWriter& writer, const at::Tensor& value);

}  // namespace twofold
