#include "ops/update.h"

#include <ATen/ATen.h>

#include <cmath>

namespace twofold::ops::reference {

at::Tensor sums_of_squares(const std::vector<at::Tensor>& tensors) {
  const at::NoGradGuard no_gradient;
  std::vector<at::Tensor> sums;
  for (const at::Tensor& tensor : tensors) sums.push_back(tensor.to(at::kDouble).square().sum());
  return at::stack(sums);
}

void adam_update(at::Tensor& parameter, const at::Tensor& gradient, at::Tensor& m, at::Tensor& v,
                 const AdamStep& step) {
  const at::NoGradGuard no_gradient;
  const at::Tensor scaled = gradient * step.gradient_scale;
  m.mul_(step.beta1).add_(scaled, 1 - step.beta1);
  v.mul_(step.beta2).addcmul_(scaled, scaled, 1 - step.beta2);
  const auto count = static_cast<double>(step.count);
  const at::Tensor direction = (m / (1 - std::pow(step.beta1, count))) /
                               ((v / (1 - std::pow(step.beta2, count))).sqrt() + step.eps);
  parameter.mul_(1 - step.lr * step.weight_decay).sub_(direction, step.lr);
}

}  // namespace twofold::ops::reference
