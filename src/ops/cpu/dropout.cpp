#include "ops/cpu/dropout.h"

#include <algorithm>

#include "ops/cpu/dropout_factors.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

template <typename T>
void apply(const DropoutMask& mask, uint64_t first, const T* in, T* out, int64_t n) {
  using C = Compute<T>;
  alignas(64) C factors[kMaxFactors];
  for (int64_t i = 0; i < n; i += kMaxFactors) {
    const int64_t count = std::min(kMaxFactors, n - i);
    dropout_factors(mask, factors, first + static_cast<uint64_t>(i), count);
    for (int64_t j = 0; j < count; ++j) {
      out[i + j] = factors[j] == 0 ? T(0) : static_cast<T>(static_cast<C>(in[i + j]) * factors[j]);
    }
  }
}

}  // namespace

ByType<DropoutLoops> dropout_loops() {
  return {{apply<float>}, {apply<BFloat16>}, {apply<double>}};
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
