#include "tensor/gguf.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

#include "twofold/tensor/host.h"

namespace twofold {

at::Tensor read_gguf_tensor(const formats::GgufFile& file, const formats::GgufTensor& tensor) {
  const auto type = static_cast<formats::GgmlType>(tensor.type);
  const std::span<const std::byte> bytes = file.bytes(tensor);
  const auto host = at::TensorOptions().device(host_device());
  if (type == formats::GgmlType::kBF16) {
    at::Tensor value = at::empty(tensor.shape, host.dtype(at::kBFloat16));
    std::memcpy(value.mutable_data_ptr(), bytes.data(), bytes.size());
    return value;
  }
  at::Tensor value = at::empty(tensor.shape, host.dtype(at::kFloat));
  formats::decode_ggml(type, bytes,
                       {value.mutable_data_ptr<float>(), static_cast<size_t>(value.numel())});
  return value;
}

void append_rows(formats::GgufWriter& writer, const at::Tensor& value) {
  constexpr int64_t kElements = int64_t{1} << 22;  // at a time; whole rows
  const at::Tensor rows = value.dim() == 1 ? value.unsqueeze(0) : value;
  const int64_t step = std::max<int64_t>(1, kElements / rows.size(1));
  for (int64_t begin = 0; begin < rows.size(0); begin += step) {
    const at::Tensor some = rows.slice(0, begin, std::min(begin + step, rows.size(0)));
    const at::Tensor part = on_host(some.to(at::kFloat)).contiguous();
    writer.append({part.const_data_ptr<float>(), static_cast<size_t>(part.numel())});
  }
}

}  // namespace twofold
