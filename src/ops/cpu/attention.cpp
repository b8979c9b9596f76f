#include "ops/cpu/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/cpu/attention_rows.h"
#include "ops/cpu/dropout_factors.h"
#include "ops/cpu/gemm.h"
#include "ops/cpu/scratch.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

constexpr int64_t kKeyTile = 256;
static_assert(kKeyTile <= kMaxFactors);

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
    dropout_factors(*mask_, factors_,
                    first_ + static_cast<uint64_t>(r) * keys_ + static_cast<uint64_t>(key), count);
    return factors_;
  }

 private:
  const DropoutMask* mask_;
  uint64_t keys_, first_;
  alignas(64) C factors_[kKeyTile];
};

template <typename C>
void forward_tile(const AttentionForward<C>& work, int64_t b, int64_t h, int64_t first) {
  const auto& [shape, q, k, v, out, log_sum] = work;
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
void backward_tile(const AttentionBackward<C>& work, int64_t b, int64_t h, int64_t first,
                   BackwardScratch<C>& scratch) {
  const auto& [shape, q, k, v, out, dout, log_sum, dq, dk, dv] = work;
  const QueryTile tile(shape, b, first);
  const int64_t d = shape.head_dim, kv = h / shape.group(), rows = tile.rows;
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

template <typename C>
void forward(const AttentionForward<C>& work, int64_t first_tile, int64_t last_tile) {
  const int64_t tiles = work.shape.query_tiles(), heads = work.shape.heads;
  for (int64_t job = first_tile; job < last_tile; ++job) {
    const int64_t head = job / tiles;
    forward_tile(work, head / heads, head % heads, job % tiles * kQueryTile);
  }
}

template <typename C>
void backward(const AttentionBackward<C>& work, int64_t first_head, int64_t last_head) {
  const AttentionShape& shape = work.shape;
  BackwardScratch<C> scratch;
  for (int64_t job = first_head; job < last_head; ++job) {
    const int64_t b = job / shape.kv_heads, kv = job % shape.kv_heads;
    for (int64_t h = kv * shape.group(); h < (kv + 1) * shape.group(); ++h) {
      for (int64_t first = 0; first < shape.queries; first += kQueryTile) {
        backward_tile(work, b, h, first, scratch);
      }
    }
  }
}

}  // namespace

ByComputeType<AttentionLoops> attention_loops() {
  return {{forward<float>, backward<float>}, {forward<double>, backward<double>}};
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
