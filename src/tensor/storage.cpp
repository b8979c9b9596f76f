#include "tensor/storage.h"

#include <ATen/Functions.h>
#include <fmt/format.h>

#include "base/files.h"
#include "base/random.h"
#include "tensor/dtype.h"

namespace twofold {

at::Tensor in_storage_order(const at::Tensor& value, bool transposed) {
  if (!transposed || value.dim() != 2) return value.contiguous();
  return value.t().contiguous().t();
}

std::string content_id(const NamedTensors& tensors) {
  std::string digests;
  for (const auto& [name, value] : tensors) {
    // The storage order does not matter for what a checkpoint holds, only for how it is computed
    // with, and it is the same for every tensor of that name: hash the bytes as they lie.
    const at::Tensor bytes =
        value.is_contiguous() || value.dim() != 2 ? value.contiguous() : value.t().contiguous();
    const auto* data = static_cast<const std::byte*>(bytes.const_data_ptr());
    digests += fmt::format("{} {} {}\n", name, dtype_name(value.scalar_type()),
                           checksum_bytes({data, bytes.nbytes()}));
  }
  return fmt::format("{:016x}", hash64(digests));
}

}  // namespace twofold
