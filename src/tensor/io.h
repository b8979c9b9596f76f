#pragma once
// Tensors to and from safetensors files.

#include <map>
#include <string>

#include "base/files.h"
#include "formats/safetensors.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// Reads one tensor into host memory. Shares the mapping when it is aligned and `file` is kept
/// alive by the returned tensor; copies otherwise.
at::Tensor read_tensor(const std::shared_ptr<const formats::SafetensorsFile>& file,
                       const formats::TensorEntry& entry);
NamedTensors read_tensors(const Path& path);
/// From whatever device they are on.
void write_tensors(const Path& path, const NamedTensors& tensors,
                   const std::map<std::string, std::string>& metadata = {});

}  // namespace twofold
