#include "ops/cpu/rotary.h"

#include <algorithm>

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

/// One head: pairs (j, j + half) rotated by the angle, or with `direction` −1 by its negative.
template <typename T, typename C = Compute<T>>
void rotate_head(const T* __restrict x, const C* __restrict cos, const C* __restrict sin,
                 C direction, T* __restrict y, int64_t half, int64_t head_dim) {
  for (int64_t j = 0; j < half; ++j) {
    const C a = static_cast<C>(x[j]), b = static_cast<C>(x[j + half]), s = direction * sin[j];
    y[j] = static_cast<T>(a * cos[j] - b * s);
    y[j + half] = static_cast<T>(b * cos[j] + a * s);
  }
  std::copy(x + 2 * half, x + head_dim, y + 2 * half);
}

template <typename T>
void rotate(const Rotation<T>& r, int64_t first_token, int64_t last_token) {
  for (int64_t token = first_token; token < last_token; ++token) {
    const T* source = r.x + token / r.steps * r.batch_stride + token % r.steps * r.time_stride;
    const int64_t angles = r.positions[token] * r.half;
    for (int64_t h = 0; h < r.heads; ++h) {
      rotate_head<T>(source + h * r.head_stride, r.cos + angles, r.sin + angles, r.direction,
                     r.y + (token * r.heads + h) * r.head_dim, r.half, r.head_dim);
    }
  }
}

}  // namespace

ByType<RotaryLoops> rotary_loops() {
  return {{rotate<float>}, {rotate<BFloat16>}, {rotate<double>}};
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
