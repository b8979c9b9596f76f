#pragma once
// The mask of dropout.h on raw memory, for the kernels that drop as they go.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/random.h"
#include "ops/dropout.h"

namespace torch::autograd {
struct AutogradContext;
}

namespace twofold::ops {

class DropoutMask {
 public:
  DropoutMask(double p, const DropoutKey& key)
      : stream_(key.seed, Purpose::kDropout, key.site, key.step),
        threshold_(static_cast<uint32_t>(std::min(std::round(p * 0x1p32), 0x1p32 - 1))),
        scale_(1.0 / (1.0 - p)) {}

  /// factors[i] = 1/(1 − p) where element `first` + i of the global batch is kept, else 0; i <
  /// count ≤ kMost.
  template <typename C>
  void fill(C* __restrict factors, uint64_t first, int64_t count) const {
    alignas(64) std::array<uint32_t, kMost + 8> words;
    const uint64_t block = first / 4;
    const int64_t skipped = static_cast<int64_t>(first % 4);
    const int64_t blocks = (skipped + count + 3) / 4;
#pragma omp simd
    for (int64_t i = 0; i < blocks; ++i) {
      const std::array<uint32_t, 4> four = stream_.block(block + static_cast<uint64_t>(i));
      for (size_t w = 0; w < 4; ++w) words[static_cast<size_t>(4 * i) + w] = four[w];
    }
    const C scale = static_cast<C>(scale_);
    const uint32_t* drawn = words.data() + skipped;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) factors[i] = drawn[i] >= threshold_ ? scale : C(0);
  }

  static constexpr int64_t kMost = 256;

 private:
  RandomStream stream_;
  uint32_t threshold_;
  double scale_;
};

/// A rate and a key through autograd's memory.
void save_dropout(torch::autograd::AutogradContext* ctx, double p, const DropoutKey& key);
struct SavedDropout {
  double p;
  DropoutKey key;
};
SavedDropout saved_dropout(torch::autograd::AutogradContext* ctx);

}  // namespace twofold::ops
