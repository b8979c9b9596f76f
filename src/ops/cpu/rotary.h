#pragma once
// Rotation of the heads' first dimensions by their positions' angles.

#include <cstdint>

#include "ops/cpu/element.h"
#include "ops/cpu/level.h"

namespace twofold::ops::cpu {

/// x: (B, T, heads, head_dim), each head dense, the other strides arbitrary. y: the same shape,
/// contiguous. cos and sin: (positions, half); pairs are (j, j + half).
template <typename T, typename C = Compute<T>>
struct Rotation {
  int64_t steps, heads, head_dim, half;
  const T* x;
  int64_t batch_stride, time_stride, head_stride;
  const C *cos, *sin;
  const int32_t* positions;  ///< one a token
  C direction;               ///< 1, or −1: by the negative angle
  T* y;
};

template <typename T>
struct RotaryLoops {
  void (*rotate)(const Rotation<T>& rotation, int64_t first_token, int64_t last_token);
};

namespace TWOFOLD_LEVEL {
ByType<RotaryLoops> rotary_loops();
}

}  // namespace twofold::ops::cpu
