#pragma once
// Inverted dropout on raw memory; the mask is the one that ops/dropout.h defines.

#include <cstdint>

#include "base/random.h"
#include "ops/cpu/element.h"
#include "ops/cpu/level.h"

namespace twofold::ops::cpu {

/// Element i of the global batch is kept iff word i mod 4 of block i/4 of the stream reaches the
/// threshold; it is then multiplied by the scale, 1/(1 − p).
struct DropoutMask {
  RandomStream stream;
  uint32_t threshold;
  double scale;
};

template <typename T>
struct DropoutLoops {
  /// out[i] = in[i]·scale, or exactly 0, for i < n; in[0] is element `first` of the global batch.
  void (*apply)(const DropoutMask& mask, uint64_t first, const T* in, T* out, int64_t n);
};

namespace TWOFOLD_LEVEL {
ByType<DropoutLoops> dropout_loops();
}

}  // namespace twofold::ops::cpu
