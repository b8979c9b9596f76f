#include "ops/linear.h"

#include <ATen/ATen.h>

#include "tensor/packed.h"

namespace twofold::ops::reference {

at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                  const LowRank& term, const at::Tensor& input) {
  const at::ScalarType type = x.scalar_type();
  at::Tensor y = at::matmul(x, unpacked(weight, type));
  if (term.A.defined()) {
    const at::Tensor u = at::matmul(input.defined() ? input : x, term.A.to(type));
    y = y + at::matmul(u, term.B.to(type)) * term.scale;
  }
  return bias.defined() ? y + bias.to(type) : y;
}

}  // namespace twofold::ops::reference
