#include "tensor/io.h"

#include <ATen/Functions.h>
#include <ATen/ops/from_blob.h>

#include <cstdint>
#include <cstring>
#include <memory>

#include "tensor/dtype.h"
#include "twofold/tensor/host.h"

namespace twofold {

at::Tensor read_tensor(const std::shared_ptr<const formats::SafetensorsFile>& file,
                       const formats::TensorEntry& entry) {
  const std::span<const std::byte> bytes = file->bytes(entry);
  const at::ScalarType type = scalar_type(entry.dtype);
  const auto address = reinterpret_cast<uintptr_t>(bytes.data());
  if (bytes.empty() || address % formats::size_of(entry.dtype) != 0) {
    at::Tensor copy = at::empty(entry.shape, type);
    if (!bytes.empty()) std::memcpy(copy.mutable_data_ptr(), bytes.data(), bytes.size());
    return copy;
  }
  // The mapping is private and read-only: whoever updates a tensor in place clones it first.
  void* data = const_cast<std::byte*>(bytes.data());
  return at::from_blob(
      data, entry.shape, [file](void*) {}, at::TensorOptions(type));
}

NamedTensors read_tensors(const Path& path) {
  const auto file = std::make_shared<const formats::SafetensorsFile>(path);
  NamedTensors tensors;
  for (const formats::TensorEntry& entry : file->tensors()) {
    tensors.emplace_back(entry.name, read_tensor(file, entry));
  }
  return tensors;
}

void write_tensors(const Path& path, const NamedTensors& tensors,
                   const std::map<std::string, std::string>& metadata) {
  // Files are row-major: a transposed view is copied into logical order for the time of the write.
  std::vector<at::Tensor> contiguous;
  std::vector<formats::TensorToWrite> entries;
  for (const auto& [name, value] : tensors) {
    const at::Tensor& kept = contiguous.emplace_back(on_host(value).contiguous());
    const auto* data = static_cast<const std::byte*>(kept.const_data_ptr());
    entries.push_back(
        {name, file_dtype(kept.scalar_type()), kept.sizes().vec(), {data, kept.nbytes()}});
  }
  formats::write_safetensors(path, std::move(entries), metadata);
}

}  // namespace twofold
