#pragma once
// Causal attention over key intervals on raw memory, one tile of queries × keys at a time (online
// softmax, Milakov & Gimelshein 2018; tiles, Dao et al. 2022). attention.cpp wraps it in autograd.

#include <cstdint>

#include "ops/dropout_mask.h"

namespace twofold::ops {

struct AttentionShape {
  int64_t batch, queries, keys, heads, kv_heads, head_dim;
  double scale;
  int64_t window;              ///< 0 = unlimited
  double softcap;              ///< 0 = none
  const int32_t* first_key;    ///< (batch, queries), or null = 0
  const DropoutMask* dropout;  ///< of the probabilities; null: none
  int64_t first_row;           ///< global row of row 0, for dropout

  int64_t group() const { return heads / kv_heads; }  ///< query heads that share a key head
};

/// (B, T, heads, d) in memory: dense rows of d, any other strides. C may be const.
template <typename C>
struct HeadsView {
  C* data;
  int64_t batch_stride, time_stride, head_stride;

  C* row(int64_t b, int64_t t, int64_t h) const {
    return data + b * batch_stride + t * time_stride + h * head_stride;
  }
};

/// out: weighted values; log_sum: (batch, heads, queries), log Σ exp of each query's scores (−inf
/// where it sees no key, and zeros in out).
template <typename C>
void attention_forward(const AttentionShape& shape, HeadsView<const C> q, HeadsView<const C> k,
                       HeadsView<const C> v, HeadsView<C> out, C* log_sum);

template <typename C>
struct AttentionGradients {
  HeadsView<C> dq, dk, dv;  ///< overwritten; dk and dv must be zeros on entry
};
template <typename C>
void attention_backward(const AttentionShape& shape, HeadsView<const C> q, HeadsView<const C> k,
                        HeadsView<const C> v, HeadsView<const C> out, HeadsView<const C> dout,
                        const C* log_sum, const AttentionGradients<C>& gradients);

}  // namespace twofold::ops
