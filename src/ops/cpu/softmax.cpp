#include "ops/cpu/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/cpu/vector_math.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

template <typename C>
double softmax_row(C* __restrict logits, int64_t vocabulary, int64_t label, C scale,
                   bool gradient) {
  C largest = -std::numeric_limits<C>::infinity();
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < vocabulary; ++i) largest = std::max(largest, logits[i]);
  const C at_label = logits[label];
  C sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < vocabulary; ++i) {
    const C e = exp_approx(logits[i] - largest);
    logits[i] = e;
    sum += e;
  }
  if (gradient) {
    const C factor = scale / sum;
    for (int64_t i = 0; i < vocabulary; ++i) logits[i] *= factor;
    logits[label] -= scale;
  }
  return static_cast<double>(largest) + std::log(static_cast<double>(sum)) -
         static_cast<double>(at_label);
}

/// A row in its storage type: in place, or by way of `wide`.
template <typename T>
double stored_row(T* row, int64_t n, int64_t label, Compute<T> scale, bool gradient,
                  Compute<T>* wide) {
  if constexpr (std::is_same_v<T, Compute<T>>) {
    return softmax_row(row, n, label, scale, gradient);
  } else {
    for (int64_t i = 0; i < n; ++i) wide[i] = row[i];
    const double loss = softmax_row(wide, n, label, scale, gradient);
    if (gradient) {
      for (int64_t i = 0; i < n; ++i) row[i] = static_cast<T>(wide[i]);
    }
    return loss;
  }
}

}  // namespace

ByType<SoftmaxLoops> softmax_loops() {
  return {{stored_row<float>}, {stored_row<BFloat16>}, {stored_row<double>}};
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
