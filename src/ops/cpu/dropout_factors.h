#pragma once
// The factors by which dropout multiplies a run of elements, for loops that apply dropout on the
// way.

#include <array>

#include "ops/cpu/dropout.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {

constexpr int64_t kMaxFactors = 256;

/// factors[i] = the mask's scale where element `first` + i of the global batch is kept, else 0; i <
/// count ≤ kMaxFactors.
template <typename C>
void dropout_factors(const DropoutMask& mask, C* __restrict factors, uint64_t first,
                     int64_t count) {
  alignas(64) uint32_t words[kMaxFactors + 8];
  const uint64_t block = first / 4;
  const int64_t skipped = static_cast<int64_t>(first % 4);
  const int64_t blocks = (skipped + count + 3) / 4;
#pragma omp simd
  for (int64_t i = 0; i < blocks; ++i) {
    const std::array<uint32_t, 4> four = mask.stream.block(block + static_cast<uint64_t>(i));
    for (size_t w = 0; w < 4; ++w) words[4 * i + static_cast<int64_t>(w)] = four[w];
  }
  const C scale = static_cast<C>(mask.scale);
  const uint32_t threshold = mask.threshold;
  const uint32_t* drawn = words + skipped;
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) factors[i] = drawn[i] >= threshold ? scale : C(0);
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
