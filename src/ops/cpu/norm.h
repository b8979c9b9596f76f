#pragma once
// Rows of RMSNorm and LayerNorm and of their gradients.

#include <cstdint>

#include "ops/cpu/element.h"
#include "ops/cpu/level.h"

namespace twofold::ops::cpu {

/// kRmsOnePlus: the caller has already added 1 to the weight.
enum class NormKind { kRms, kRmsOnePlus, kLayer };

/// x and y: rows of n elements, one after the other.
template <typename T, typename C = Compute<T>>
struct NormForward {
  NormKind kind;
  int64_t n;
  C eps;
  const T* x;
  const C *weight, *bias;  ///< bias: of kLayer
  T* y;
  C *mean, *rstd;  ///< one a row, for the gradient
};

template <typename T, typename C = Compute<T>>
struct NormBackward {
  NormKind kind;
  int64_t n;
  const T *x, *dy;
  const C *weight, *mean, *rstd;
  T* dx;
};

/// Rows [begin, end). The gradients are added to dweight and dbias (n each), row by row; both are
/// null if they are not wanted.
template <typename T>
struct NormLoops {
  void (*forward)(const NormForward<T>& rows, int64_t begin, int64_t end);
  void (*backward)(const NormBackward<T>& rows, int64_t begin, int64_t end, Compute<T>* dweight,
                   Compute<T>* dbias);
};

namespace TWOFOLD_LEVEL {
ByType<NormLoops> norm_loops();
}

}  // namespace twofold::ops::cpu
