#include "kernels/linear.h"

#include <ATen/ATen.h>

namespace twofold::kernels::reference {

at::Tensor linear(const at::Tensor& x, const Weight& kernel, const at::Tensor& bias) {
  at::Tensor y = at::matmul(x, kernel.value.to(x.scalar_type()));
  if (bias.defined()) y = y + bias.to(x.scalar_type());
  if (kernel.low_rank) {
    const at::Tensor A = kernel.low_rank->A.to(x.scalar_type());
    const at::Tensor B = kernel.low_rank->B.to(x.scalar_type());
    y = y + at::matmul(at::matmul(x, A), B) * kernel.low_rank->scale;
  }
  return y;
}

}  // namespace twofold::kernels::reference
