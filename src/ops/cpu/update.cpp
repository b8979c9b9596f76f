#include "ops/cpu/update.h"

#include <cmath>

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

/// One after the other: the order is part of what a clipped run comes to.
double sum_of_squares(const float* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * x[i];
  return sum;
}

/// Each fma is spelled: left to the compiler, which product it takes would change with what it
/// vectorises.
void adam(const AdamFactors& step, const float* __restrict g, float* __restrict p,
          float* __restrict m, float* __restrict v, int64_t n) {
  const AdamFactors s = step;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const float scaled = g[i] * s.gradient_scale;
    const float mi = std::fma(s.beta1, m[i], s.rest1 * scaled);
    const float vi = std::fma(s.beta2, v[i], s.rest2 * scaled * scaled);
    const float divisor = std::fma(std::sqrt(vi), s.root_scale, s.eps);
    m[i] = mi;
    v[i] = vi;
    const float kept = std::fma(s.keep, p[i], -0.0f);  // a product that is rounded by itself
    p[i] = kept - s.rate * mi / divisor;
  }
}

}  // namespace

UpdateLoops update_loops() { return {.sum_of_squares = sum_of_squares, .adam = adam}; }

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
