#include "tensor/storage.h"

#include <ATen/Functions.h>
#include <fmt/format.h>

#include "base/files.h"
#include "base/random.h"
#include "tensor/dtype.h"
#include "twofold/tensor/host.h"

namespace twofold {

at::Tensor in_storage_order(const at::Tensor& value, bool transposed) {
  if (!transposed || value.dim() != 2) return value.contiguous();
  return value.t().contiguous().t();
}

bool is_cache_aligned(const at::Tensor& value) {
  return reinterpret_cast<uintptr_t>(value.const_data_ptr()) % 64 == 0;
}

std::string content_id(const NamedTensors& tensors) {
  std::string digests;
  for (const auto& [name, value] : tensors) {
    // The storage order does not matter for what a checkpoint holds, only for how it is computed
    // with, and it is the same for every tensor of that name: hash the bytes as they lie.
    const at::Tensor host = on_host(value);
    const at::Tensor bytes =
        host.is_contiguous() || host.dim() != 2 ? host.contiguous() : host.t().contiguous();
    const auto* data = static_cast<const std::byte*>(bytes.const_data_ptr());
    digests += fmt::format("{} {} {}\n", name, dtype_name(value.scalar_type()),
                           checksum_bytes({data, bytes.nbytes()}));
  }
  return fmt::format("{:016x}", hash64(digests));
}

}  // namespace twofold
