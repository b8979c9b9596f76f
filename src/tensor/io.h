#pragma once
// Tensors to and from safetensors files.

#include <map>
#include <string>

#include "base/files.h"
#include "formats/safetensors.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// Reads one tensor into host memory. If its bytes are aligned, the result is a view of the
/// read-only mapping, and keeps `file` alive; otherwise it is a copy.
at::Tensor read_tensor(const std::shared_ptr<const formats::SafetensorsFile>& file,
                       const formats::TensorEntry& entry);
NamedTensors read_tensors(const Path& path);
/// Writes tensors from whatever device they are on.
void write_tensors(const Path& path, const NamedTensors& tensors,
                   const std::map<std::string, std::string>& metadata = {});

}  // namespace twofold
