#pragma once
// Causal attention over key intervals on raw memory, one tile of queries × keys at a time (online
// softmax, Milakov & Gimelshein 2018; tiles, Dao et al. 2022).

#include <cstdint>

#include "ops/cpu/dropout.h"
#include "ops/cpu/element.h"
#include "ops/cpu/level.h"

namespace twofold::ops::cpu {

/// Queries that are computed together. Scores of one tile (64 × 256 floats, 64 KiB) stay in the
/// second-level cache.
constexpr int64_t kQueryTile = 64;

struct AttentionShape {
  int64_t batch, queries, keys, heads, kv_heads, head_dim;
  double scale;
  int64_t window;              ///< 0 = unlimited
  double softcap;              ///< 0 = none
  const int32_t* first_key;    ///< (batch, queries), or null = 0
  const DropoutMask* dropout;  ///< of the probabilities; null: none
  int64_t first_row;           ///< global row of row 0, for dropout

  int64_t group() const { return heads / kv_heads; }  ///< query heads that share a key head
  int64_t query_tiles() const { return (queries + kQueryTile - 1) / kQueryTile; }
};

/// (B, T, heads, d) in memory: each row of d is dense, the other strides are arbitrary. C may be
/// const.
template <typename C>
struct HeadsView {
  C* data;
  int64_t batch_stride, time_stride, head_stride;

  C* row(int64_t b, int64_t t, int64_t h) const {
    return data + b * batch_stride + t * time_stride + h * head_stride;
  }
};

/// log_sum: (batch, heads, queries), log Σ exp of each query's scores (−inf where it sees no key,
/// and zeros in out).
template <typename C>
struct AttentionForward {
  AttentionShape shape;
  HeadsView<const C> q, k, v;
  HeadsView<C> out;  ///< the weighted values
  C* log_sum;
};

template <typename C>
struct AttentionBackward {
  AttentionShape shape;
  HeadsView<const C> q, k, v, out, dout;
  const C* log_sum;
  HeadsView<C> dq, dk, dv;  ///< dq is overwritten; dk and dv, zeros on entry, are added to
};

template <typename C>
struct AttentionLoops {
  /// Computes tiles of queries, numbered by (row of the batch, head, tile); last_tile is excluded.
  void (*forward)(const AttentionForward<C>& work, int64_t first_tile, int64_t last_tile);
  /// Computes key heads, numbered by (row of the batch, head); last_head is excluded. All query
  /// heads that share a key head, and so add to its dk and dv, are computed with it, in order.
  void (*backward)(const AttentionBackward<C>& work, int64_t first_head, int64_t last_head);
};

namespace TWOFOLD_LEVEL {
ByComputeType<AttentionLoops> attention_loops();
}

}  // namespace twofold::ops::cpu
