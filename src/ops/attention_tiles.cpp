#include "ops/attention_tiles.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/attention_rows.h"
#include "ops/gemm.h"
#include "ops/scratch.h"

namespace twofold::ops {
namespace {

// Scores of one tile (64 × 256 floats, 64 KiB) stay in the second-level cache.
constexpr int64_t kQueryTile = 64;
constexpr int64_t kKeyTile = 256;
static_assert(kKeyTile <= DropoutMask::kMost);

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

/// Drops probabilities of queries × keys, row by row, as if they were one (B, H, Tq, Tk) tensor.
template <typename C>
class TileDropout {
 public:
  TileDropout(const AttentionShape& shape, int64_t b, int64_t h, int64_t query)
      : mask_(shape.dropout),
        keys_(static_cast<uint64_t>(shape.keys)),
        first_(static_cast<uint64_t>(((shape.first_row + b) * shape.heads + h) * shape.queries +
                                     query) *
               keys_) {}
  explicit operator bool() const { return mask_ != nullptr; }

  /// The factors of row r of the tile over keys [key, key + count).
  const C* row(int64_t r, int64_t key, int64_t count) {
    mask_->fill(factors_, first_ + static_cast<uint64_t>(r) * keys_ + static_cast<uint64_t>(key),
                count);
    return factors_;
  }

 private:
  const DropoutMask* mask_;
  uint64_t keys_, first_;
  alignas(64) C factors_[kKeyTile];
};

template <typename C>
void forward_tile(const AttentionShape& shape, HeadsView<const C> q, HeadsView<const C> k,
                  HeadsView<const C> v, HeadsView<C> out, C* log_sum, int64_t b, int64_t h,
                  int64_t first) {
  const QueryTile tile(shape, b, first);
  const int64_t d = shape.head_dim, kv = h / shape.group();
  alignas(64) C scores[kQueryTile * kKeyTile];  // as Scratch is, and for its reason
  OnlineSoftmax<C> softmax;
  TileDropout<C> dropout(shape, b, h, first);
  C* result = out.row(b, first, h);
  for (int64_t r = 0; r < tile.rows; ++r) std::fill_n(out.row(b, first + r, h), d, C(0));
  for (int64_t j = tile.keys.begin; j < tile.keys.end; j += kKeyTile) {
    const int64_t count = std::min(kKeyTile, tile.keys.end - j);
    gemm(tile.rows, count, d, static_cast<C>(shape.scale), {q.row(b, first, h), q.time_stride},
         {k.row(b, j, kv), k.time_stride, true}, C(0), scores, kKeyTile);
    for (int64_t r = 0; r < tile.rows; ++r) {
      C* row = scores + r * kKeyTile;
      if (shape.softcap > 0) cap_row(row, count, static_cast<C>(shape.softcap));
      softmax.absorb(r, row, tile.seen[r].within(j, count), count, result + r * out.time_stride, d);
      if (dropout) multiply_row(row, dropout.row(r, j, count), count);
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
  TileDropout<C> dropout(shape, b, h, first);
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
      C *row = scores + r * kKeyTile, *drow = dp + r * kKeyTile;
      const C* kept = dropout ? dropout.row(r, j, count) : nullptr;
      if (cap > 0) cap_row(row, count, cap);
      if (kept) multiply_row(drow, kept, count);
      score_gradients(row, drow, tile.seen[r].within(j, count), count, sums[r], delta[r],
                      cap > 0 ? 1 / cap : C(0));
      if (kept) multiply_row(row, kept, count);
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

}  // namespace twofold::ops
