#include "ops/norm.h"

#include <ATen/ATen.h>

#include "ops/element.h"

namespace twofold::ops::reference {

at::Tensor rms_norm(const at::Tensor& x, const Weight& weight, double eps, RmsScale scale) {
  const at::ScalarType compute = compute_dtype(x.scalar_type());
  const at::Tensor wide = x.to(compute);
  const at::Tensor normalised = wide * (wide.square().mean(-1, true) + eps).rsqrt();
  if (scale == RmsScale::kOnePlusWeight) {
    return (normalised * (weight.value.to(compute) + 1)).to(x.scalar_type());
  }
  return (normalised.to(x.scalar_type()).to(compute) * weight.value.to(compute))
      .to(x.scalar_type());
}

at::Tensor layer_norm(const at::Tensor& x, const Weight& weight, const Weight& bias, double eps) {
  const at::ScalarType compute = compute_dtype(x.scalar_type());
  const at::Tensor centred = x.to(compute) - x.to(compute).mean(-1, true);
  at::Tensor y = centred * (centred.square().mean(-1, true) + eps).rsqrt();
  y = y * weight.value.to(compute);
  if (bias.value.defined()) y = y + bias.value.to(compute);
  return y.to(x.scalar_type());
}

}  // namespace twofold::ops::reference
