#include "twofold/ops/head_loss.h"

#include <ATen/ATen.h>

#include "ops/element.h"

namespace twofold::ops::reference {

at::Tensor head_loss(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& labels,
                     double scale, double softcap) {
  const auto wide = compute_dtype(hidden.scalar_type());
  at::Tensor scores = at::matmul(hidden.to(wide).flatten(0, -2), head.to(wide).t());
  if (softcap > 0) scores = (scores / softcap).tanh() * softcap;
  return at::nll_loss(at::log_softmax(scores, 1), labels.flatten().to(at::kLong), /*weight=*/{},
                      at::Reduction::Sum, /*ignore_index=*/-1) *
         scale;
}

}  // namespace twofold::ops::reference
