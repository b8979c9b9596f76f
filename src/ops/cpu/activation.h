#pragma once
// Pointwise activations and their derivatives over dense memory.

#include <cstdint>

#include "ops/cpu/element.h"
#include "ops/cpu/level.h"

namespace twofold::ops::cpu {

enum class Activation { kSilu, kGeluTanh, kGeluErf };

/// f is the activation; n elements each; inputs and outputs do not overlap.
template <typename T>
struct ActivationLoops {
  /// y = f(x)
  void (*value)(Activation f, const T* x, T* y, int64_t n);
  /// dx = dy·f'(x)
  void (*gradient)(Activation f, const T* x, const T* dy, T* dx, int64_t n);
  /// y = f(gate)·up
  void (*gated)(Activation f, const T* gate, const T* up, T* y, int64_t n);
  /// dgate = dy·up·f'(gate), dup = dy·f(gate)
  void (*gated_gradient)(Activation f, const T* gate, const T* up, const T* dy, T* dgate, T* dup,
                         int64_t n);
};

namespace TWOFOLD_LEVEL {
ByType<ActivationLoops> activation_loops();
}

}  // namespace twofold::ops::cpu
