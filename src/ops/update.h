#pragma once
// Optimizer arithmetic over flat float32 tensors: one pass over memory each.

#include <vector>

#include "twofold/tensor/weight.h"

namespace twofold::ops {

/// Σ x² of each tensor (dense float32): (n) float64 on their device. The bits do not depend on the
/// number of threads.
at::Tensor sums_of_squares(const std::vector<at::Tensor>& tensors);

struct AdamStep {
  double lr = 0, beta1 = 0.9, beta2 = 0.95, eps = 1e-8;
  double weight_decay = 0;    ///< decoupled: p −= lr·weight_decay·p
  double gradient_scale = 1;  ///< multiplied into the gradient first (clipping)
  int64_t count = 1;          ///< number of this update, from 1 (bias correction)
};
/// Updates m, v and the parameter in place. All four tensors are float32 and dense in memory, with
/// the same strides (in any order).
void adam_update(at::Tensor& parameter, const at::Tensor& gradient, at::Tensor& m, at::Tensor& v,
                 const AdamStep& step);

namespace reference {
at::Tensor sums_of_squares(const std::vector<at::Tensor>& tensors);
void adam_update(at::Tensor& parameter, const at::Tensor& gradient, at::Tensor& m, at::Tensor& v,
                 const AdamStep& step);
}  // namespace reference

}  // namespace twofold::ops
