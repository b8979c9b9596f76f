#pragma once
// What attention does to one row of a tile of scores: plain loops that vectorise.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "ops/cpu/vector_math.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {

/// The keys, or the columns of a row, in [begin, end).
struct Range {
  int64_t begin, end;

  int64_t size() const { return end - begin; }
  /// The part inside [from, from + count), counted from `from`.
  Range within(int64_t from, int64_t count) const {
    const int64_t low = std::clamp<int64_t>(begin - from, 0, count);
    return {low, std::max(low, std::clamp<int64_t>(end - from, 0, count))};
  }
};

template <typename C>
C largest(const C* x, Range range) {
  C result = -std::numeric_limits<C>::infinity();
#pragma omp simd reduction(max : result)
  for (int64_t j = range.begin; j < range.end; ++j) result = x[j] > result ? x[j] : result;
  return result;
}

/// x = exp(x − shift) inside the range, 0 outside; returns the sum.
template <typename C>
C exponentials(C* __restrict x, Range range, int64_t count, C shift) {
  C sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = range.begin; j < range.end; ++j) {
    x[j] = exp_approx(x[j] - shift);
    sum += x[j];
  }
  std::fill(x, x + range.begin, C(0));
  std::fill(x + range.end, x + count, C(0));
  return sum;
}

template <typename C>
void scale_row(C* __restrict x, int64_t n, C factor) {
  for (int64_t j = 0; j < n; ++j) x[j] *= factor;
}

/// x = cap·tanh(x / cap).
template <typename C>
void cap_row(C* __restrict x, int64_t n, C cap) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) x[j] = cap * tanh_approx(x[j] / cap);
}

template <typename C>
C dot(const C* __restrict a, const C* __restrict b, int64_t n) {
  C sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < n; ++j) sum += a[j] * b[j];
  return sum;
}

template <typename C>
void multiply_row(C* __restrict x, const C* __restrict factors, int64_t n) {
  for (int64_t j = 0; j < n; ++j) x[j] *= factors[j];
}

/// In place: the (capped) scores become probabilities, and dp becomes the gradient of the scores
/// before the cap; both are 0 outside the range. per_cap: 1 / softcap, or 0 without a cap.
template <typename C>
void score_gradients(C* __restrict scores, C* __restrict dp, Range range, int64_t count, C log_sum,
                     C delta, C per_cap) {
  for (int64_t j = range.begin; j < range.end; ++j) {
    const C tanh = scores[j] * per_cap;
    scores[j] = exp_approx(scores[j] - log_sum);
    dp[j] = scores[j] * (dp[j] - delta) * (C(1) - tanh * tanh);
  }
  for (C* row : {scores, dp}) {
    std::fill(row, row + range.begin, C(0));
    std::fill(row + range.end, row + count, C(0));
  }
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
