#include "twofold/ops/dropout.h"

#include <ATen/ATen.h>

#include <array>

#include "ops/dropout_mask.h"
#include "ops/element.h"

namespace twofold::ops::reference {
namespace {

constexpr int64_t kWordMask = 0xFFFFFFFF;

/// Philox 4x32 as in base/random.h, one counter an element: 32-bit words in int64, whose products
/// wrap as unsigned ones do. `low` and `high` are the halves of the blocks' numbers.
std::array<at::Tensor, 4> philox_words(const at::Tensor& low, const at::Tensor& high,
                                       const RandomStream& stream) {
  constexpr int64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  std::array<uint32_t, 2> key = stream.key();
  std::array<at::Tensor, 4> counter = {low, high, at::full_like(low, int64_t{stream.salt()[0]}),
                                       at::full_like(low, int64_t{stream.salt()[1]})};
  const auto upper = [](const at::Tensor& x) { return x.__rshift__(32).bitwise_and_(kWordMask); };
  for (int round = 0; round < 10; ++round) {
    const at::Tensor product0 = counter[0] * kMultiplier0, product1 = counter[2] * kMultiplier1;
    counter = {upper(product1).bitwise_xor_(counter[1]).bitwise_xor_(int64_t{key[0]}),
               product1.bitwise_and(kWordMask),
               upper(product0).bitwise_xor_(counter[3]).bitwise_xor_(int64_t{key[1]}),
               product0.bitwise_and(kWordMask)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

/// (n) bool: which of the elements first … first + n − 1 of the global batch are kept.
at::Tensor kept(const cpu::DropoutMask& mask, int64_t first, int64_t n,
                const at::TensorOptions& options) {
  const int64_t block = first / 4, skipped = first % 4, blocks = (skipped + n + 3) / 4;
  const at::Tensor number = at::arange(block, block + blocks, options.dtype(at::kLong));
  const std::array<at::Tensor, 4> words =
      philox_words(number.bitwise_and(kWordMask), number.__rshift__(32), mask.stream);
  return at::stack(words, 1).flatten().narrow(0, skipped, n) >= int64_t{mask.threshold};
}

}  // namespace

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key) {
  if (p == 0) return x;
  const cpu::DropoutMask mask = dropout_mask(p, key);
  const int64_t per_row = x.numel() / std::max<int64_t>(1, x.size(0));
  const at::Tensor keep =
      kept(mask, key.first_row * per_row, x.numel(), x.options().requires_grad(false))
          .view(x.sizes());
  const at::Tensor scaled = x.to(compute_dtype(x.scalar_type())) * mask.scale;
  return at::where(keep, scaled, at::zeros({}, scaled.options())).to(x.scalar_type());
}

}  // namespace twofold::ops::reference
