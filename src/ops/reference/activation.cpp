#include "ops/activation.h"

#include <ATen/ATen.h>

#include "ops/element.h"

namespace twofold::ops::reference {

at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up) {
  const at::ScalarType compute = compute_dtype(gate.scalar_type());
  return (at::silu(gate.to(compute)) * up.to(compute)).to(gate.scalar_type());
}

at::Tensor gelu_tanh_mul(const at::Tensor& gate, const at::Tensor& up) {
  const at::ScalarType compute = compute_dtype(gate.scalar_type());
  return (at::gelu(gate.to(compute), "tanh") * up.to(compute)).to(gate.scalar_type());
}

at::Tensor gelu_tanh(const at::Tensor& x) {
  return at::gelu(x.to(compute_dtype(x.scalar_type())), "tanh").to(x.scalar_type());
}

at::Tensor gelu_erf(const at::Tensor& x) {
  return at::gelu(x.to(compute_dtype(x.scalar_type())), "none").to(x.scalar_type());
}

}  // namespace twofold::ops::reference
