#include "tensor/finite.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

#include "twofold/tensor/host.h"

namespace twofold {
namespace {

constexpr int64_t kGrain = 1 << 16;  // elements between two looks at what others have found

/// Infinities and NaNs are what has every bit of the exponent set: no arithmetic, so that this goes
/// as fast as memory.
template <class Bits>
bool has_full_exponent(const Bits* data, int64_t count, Bits exponent) {
  Bits found = 0;
#pragma omp simd reduction(| : found)
  for (int64_t i = 0; i < count; ++i) {
    found |= static_cast<Bits>((data[i] & exponent) == exponent);
  }
  return found != 0;
}

template <class Bits>
bool all_finite(const at::Tensor& dense, Bits exponent) {
  const auto* data = static_cast<const Bits*>(dense.const_data_ptr());
  const int64_t pieces = (dense.numel() + kGrain - 1) / kGrain;
  std::atomic<bool> finite = true;
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end && finite; ++piece) {
      const int64_t first = piece * kGrain, count = std::min(kGrain, dense.numel() - first);
      if (has_full_exponent(data + first, count, exponent)) finite = false;
    }
  });
  return finite;
}

}  // namespace

bool is_finite(const at::Tensor& tensor) {
  if (!tensor.is_cpu()) {
    return !tensor.is_floating_point() || number_of(at::isfinite(tensor.detach()).all()) != 0;
  }
  const at::Tensor plain = tensor.detach();
  const at::Tensor dense = plain.is_non_overlapping_and_dense() ? plain : plain.contiguous();
  switch (dense.scalar_type()) {
    case at::kFloat:
      return all_finite<uint32_t>(dense, 0x7f800000);
    case at::kDouble:
      return all_finite<uint64_t>(dense, 0x7ff0000000000000);
    case at::kBFloat16:
      return all_finite<uint16_t>(dense, 0x7f80);
    case at::kHalf:
      return all_finite<uint16_t>(dense, 0x7c00);
    default:
      return true;
  }
}

}  // namespace twofold
