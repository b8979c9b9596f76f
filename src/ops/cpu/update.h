#pragma once
// Optimizer arithmetic over dense float32 memory.

#include <cstdint>

#include "ops/cpu/level.h"

namespace twofold::ops::cpu {

/// An Adam step's numbers as they are applied to each element.
struct AdamFactors {
  float beta1, beta2;
  float rest1, rest2;  ///< 1 − beta
  float rate;          ///< lr / (1 − beta1^count)
  float root_scale;    ///< 1 / √(1 − beta2^count)
  float keep;          ///< 1 − lr·weight_decay
  float eps;
  float gradient_scale;
};

struct UpdateLoops {
  /// Σ x² of n elements, in float64.
  double (*sum_of_squares)(const float* x, int64_t n);
  /// n elements of the parameter and its moments, in place.
  void (*adam)(const AdamFactors& step, const float* gradient, float* parameter, float* m, float* v,
               int64_t n);
};

namespace TWOFOLD_LEVEL {
UpdateLoops update_loops();
}

}  // namespace twofold::ops::cpu
