#include "kernels/attention_tiles.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/gemm.h"
#include "kernels/scratch.h"
#include "kernels/vector_math.h"

namespace twofold::kernels {
namespace {

// Scores of one tile (64 × 256 floats, 64 KiB) stay in the second-level cache.
constexpr int64_t kQueryTile = 64;
constexpr int64_t kKeyTile = 256;

struct Range {
  int64_t begin, end;

  int64_t size() const { return end - begin; }
  /// The part inside [from, from + count), counted from `from`.
  Range within(int64_t from, int64_t count) const {
    const int64_t low = std::clamp<int64_t>(begin - from, 0, count);
    return {low, std::max(low, std::clamp<int64_t>(end - from, 0, count))};
  }
};

Range keys_seen(const AttentionShape& shape, int64_t b, int64_t query) {
  const int64_t end = shape.keys - shape.queries + query + 1;
  int64_t begin = shape.first_key == nullptr ? 0 : shape.first_key[b * shape.queries + query];
  if (shape.window > 0) begin = std::max(begin, end - shape.window);
  return {std::clamp<int64_t>(begin, 0, end), end};
}

/// Queries of one tile and the keys that any of them sees.
struct QueryTile {
  int64_t first, rows;
  Range keys;
  Range seen[kQueryTile];

  QueryTile(const AttentionShape& shape, int64_t b, int64_t from)
      : first(from), rows(std::min(kQueryTile, shape.queries - from)), keys{shape.keys, 0} {
    for (int64_t r = 0; r < rows; ++r) {
      seen[r] = keys_seen(shape, b, first + r);
      if (seen[r].size() == 0) continue;
      keys = {std::min(keys.begin, seen[r].begin), std::max(keys.end, seen[r].end)};
    }
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

/// The running maximum and sum of each query of a tile.
template <typename C>
struct OnlineSoftmax {
  C maximum[kQueryTile];
  C sum[kQueryTile];

  OnlineSoftmax() {
    std::fill_n(maximum, kQueryTile, -std::numeric_limits<C>::infinity());
    std::fill_n(sum, kQueryTile, C(0));
  }

  /// Turns a row of scores into probabilities up to 1/sum; rescales what `out` holds so far.
  void absorb(int64_t r, C* scores, Range range, int64_t count, C* out, int64_t head_dim) {
    if (range.size() == 0) {
      std::fill_n(scores, count, C(0));
      return;
    }
    const C highest = std::max(maximum[r], largest(scores, range));
    const C correction = exp_approx(maximum[r] - highest);
    sum[r] = sum[r] * correction + exponentials(scores, range, count, highest);
    if (correction != C(1)) scale_row(out, head_dim, correction);
    maximum[r] = highest;
  }
};

template <typename C>
void forward_tile(const AttentionShape& shape, HeadsView<const C> q, HeadsView<const C> k,
                  HeadsView<const C> v, HeadsView<C> out, C* log_sum, int64_t b, int64_t h,
                  int64_t first) {
  const QueryTile tile(shape, b, first);
  const int64_t d = shape.head_dim, kv = h / shape.group();
  alignas(64) C scores[kQueryTile * kKeyTile];  // as Scratch is, and for its reason
  OnlineSoftmax<C> softmax;
  C* result = out.row(b, first, h);
  for (int64_t r = 0; r < tile.rows; ++r) std::fill_n(out.row(b, first + r, h), d, C(0));
  for (int64_t j = tile.keys.begin; j < tile.keys.end; j += kKeyTile) {
    const int64_t count = std::min(kKeyTile, tile.keys.end - j);
    gemm(tile.rows, count, d, static_cast<C>(shape.scale), {q.row(b, first, h), q.time_stride},
         {k.row(b, j, kv), k.time_stride, true}, C(0), scores, kKeyTile);
    for (int64_t r = 0; r < tile.rows; ++r) {
      if (shape.softcap > 0) cap_row(scores + r * kKeyTile, count, static_cast<C>(shape.softcap));
      softmax.absorb(r, scores + r * kKeyTile, tile.seen[r].within(j, count), count,
                     result + r * out.time_stride, d);
    }
    gemm(tile.rows, d, count, C(1), {scores, kKeyTile}, {v.row(b, j, kv), v.time_stride}, C(1),
         result, out.time_stride);
  }
  for (int64_t r = 0; r < tile.rows; ++r) {
    const C sum = softmax.sum[r];
    if (tile.seen[r].size() > 0) scale_row(result + r * out.time_stride, d, C(1) / sum);
    log_sum[(b * shape.heads + h) * shape.queries + first + r] = softmax.maximum[r] + std::log(sum);
  }
}

/// (Capped) scores → probabilities and dp → gradient of the scores before the cap, both 0 outside
/// the range. per_cap: 1 / softcap, or 0 without one.
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

template <typename C>
struct BackwardScratch {
  Scratch<C> scores{kQueryTile * kKeyTile};
  Scratch<C> dp{kQueryTile * kKeyTile};
};

/// Adds one tile of queries of head h to dq (its own rows), dk and dv (of its key head).
template <typename C>
void backward_tile(const AttentionShape& shape, HeadsView<const C> q, HeadsView<const C> k,
                   HeadsView<const C> v, HeadsView<const C> out, HeadsView<const C> dout,
                   const C* log_sum, const AttentionGradients<C>& gradients, int64_t b, int64_t h,
                   int64_t first, BackwardScratch<C>& scratch) {
  const QueryTile tile(shape, b, first);
  const int64_t d = shape.head_dim, kv = h / shape.group(), rows = tile.rows;
  const auto& [dq, dk, dv] = gradients;
  const C scale = static_cast<C>(shape.scale), cap = static_cast<C>(shape.softcap);
  const C* sums = log_sum + (b * shape.heads + h) * shape.queries + first;
  const Operand<C> queries{q.row(b, first, h), q.time_stride};
  const Operand<C> dresult{dout.row(b, first, h), dout.time_stride};
  C* scores = scratch.scores.data();
  C* dp = scratch.dp.data();
  C delta[kQueryTile];
  for (int64_t r = 0; r < rows; ++r) {
    delta[r] = dot(out.row(b, first + r, h), dout.row(b, first + r, h), d);
    std::fill_n(dq.row(b, first + r, h), d, C(0));
  }
  for (int64_t j = tile.keys.begin; j < tile.keys.end; j += kKeyTile) {
    const int64_t count = std::min(kKeyTile, tile.keys.end - j);
    gemm(rows, count, d, scale, queries, {k.row(b, j, kv), k.time_stride, true}, C(0), scores,
         kKeyTile);
    gemm(rows, count, d, C(1), dresult, {v.row(b, j, kv), v.time_stride, true}, C(0), dp, kKeyTile);
    for (int64_t r = 0; r < rows; ++r) {
      if (cap > 0) cap_row(scores + r * kKeyTile, count, cap);
      score_gradients(scores + r * kKeyTile, dp + r * kKeyTile, tile.seen[r].within(j, count),
                      count, sums[r], delta[r], cap > 0 ? 1 / cap : C(0));
    }
    gemm(rows, d, count, scale, {dp, kKeyTile}, {k.row(b, j, kv), k.time_stride}, C(1),
         dq.row(b, first, h), dq.time_stride);
    gemm(count, d, rows, scale, {dp, kKeyTile, true}, queries, C(1), dk.row(b, j, kv),
         dk.time_stride);
    gemm(count, d, rows, C(1), {scores, kKeyTile, true}, dresult, C(1), dv.row(b, j, kv),
         dv.time_stride);
  }
}

}  // namespace

template <typename C>
void attention_forward(const AttentionShape& shape, HeadsView<const C> q, HeadsView<const C> k,
                       HeadsView<const C> v, HeadsView<C> out, C* log_sum) {
  const int64_t tiles = (shape.queries + kQueryTile - 1) / kQueryTile;
  at::parallel_for(0, shape.batch * shape.heads * tiles, 1, [&](int64_t begin, int64_t end) {
    for (int64_t job = begin; job < end; ++job) {
      const int64_t head = job / tiles;
      forward_tile(shape, q, k, v, out, log_sum, head / shape.heads, head % shape.heads,
                   job % tiles * kQueryTile);
    }
  });
}

template <typename C>
void attention_backward(const AttentionShape& shape, HeadsView<const C> q, HeadsView<const C> k,
                        HeadsView<const C> v, HeadsView<const C> out, HeadsView<const C> dout,
                        const C* log_sum, const AttentionGradients<C>& gradients) {
  // One job per key head: every query head that adds to its dk and dv is in that job, in order.
  at::parallel_for(0, shape.batch * shape.kv_heads, 1, [&](int64_t begin, int64_t end) {
    BackwardScratch<C> scratch;
    for (int64_t job = begin; job < end; ++job) {
      const int64_t b = job / shape.kv_heads, kv = job % shape.kv_heads;
      for (int64_t h = kv * shape.group(); h < (kv + 1) * shape.group(); ++h) {
        for (int64_t first = 0; first < shape.queries; first += kQueryTile) {
          backward_tile(shape, q, k, v, out, dout, log_sum, gradients, b, h, first, scratch);
        }
      }
    }
  });
}

#define TWOFOLD_INSTANTIATE(C)                                                                    \
  template void attention_forward(const AttentionShape&, HeadsView<const C>, HeadsView<const C>,  \
                                  HeadsView<const C>, HeadsView<C>, C*);                          \
  template void attention_backward(const AttentionShape&, HeadsView<const C>, HeadsView<const C>, \
                                   HeadsView<const C>, HeadsView<const C>, HeadsView<const C>,    \
                                   const C*, const AttentionGradients<C>&)
TWOFOLD_INSTANTIATE(float);
TWOFOLD_INSTANTIATE(double);
#undef TWOFOLD_INSTANTIATE

}  // namespace twofold::kernels
