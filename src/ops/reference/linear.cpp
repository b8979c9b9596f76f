#include "ops/linear.h"

#include <ATen/ATen.h>

#include "tensor/packed.h"

namespace twofold::ops::reference {

at::Tensor linear(const at::Tensor& x, const Weight& kernel, const at::Tensor& bias) {
  at::Tensor effective = unpacked(kernel, x.scalar_type());
  if (kernel.low_rank) {
    const LowRank& term = *kernel.low_rank;
    effective =
        effective + at::matmul(term.A.to(x.scalar_type()), term.B.to(x.scalar_type())) * term.scale;
    if (term.magnitude.defined()) {
      const at::Tensor norms = effective.detach().square().sum(0).sqrt();
      effective = effective * (term.magnitude.to(x.scalar_type()) / norms);
    }
  }
  const at::Tensor y = at::matmul(x, effective);
  return bias.defined() ? y + bias.to(x.scalar_type()) : y;
}

}  // namespace twofold::ops::reference
