#pragma once
// Cross-entropy of one row of logits, in place.

#include <cstdint>

#include "ops/cpu/element.h"
#include "ops/cpu/level.h"

namespace twofold::ops::cpu {

template <typename T>
struct SoftmaxLoops {
  /// Returns −log softmax(logits)[label] of n logits. If `gradient`, the logits become scale ·
  /// (softmax − one_hot(label)); else what is left in them is unspecified. wide: working memory for
  /// n numbers.
  double (*row)(T* logits, int64_t n, int64_t label, Compute<T> scale, bool gradient,
                Compute<T>* wide);
};

namespace TWOFOLD_LEVEL {
ByType<SoftmaxLoops> softmax_loops();
}

}  // namespace twofold::ops::cpu
