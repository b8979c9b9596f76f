// Between a weight and its adapter: adding the two together, and freezing the one for the other.

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include "lora/lora.h"
#include "tensor/column_norms.h"
#include "tensor/dtype.h"

namespace twofold {
namespace {

/// W + scale·A·B, its columns of the wanted length, in W's dtype and strides, rounded once.
at::Tensor merged(const at::Tensor& value, const LowRank& term) {
  const at::ScalarType wide = value.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  at::Tensor sum =
      at::addmm(value.to(wide), term.A.to(wide), term.B.to(wide), /*beta=*/1, term.scale);
  if (term.magnitude.defined()) sum.mul_(term.magnitude.to(wide) / column_norms(value, term));
  return at::empty_like(value).copy_(sum);
}

}  // namespace

NamedTensors merge_lora_params(const ParameterTree& parameters) {
  const at::NoGradGuard no_grad;
  NamedTensors all;
  for (const Parameter& parameter : parameters.all()) {
    const Weight& weight = parameter.weight;
    all.emplace_back(parameter.path, weight.low_rank ? merged(weight.value, *weight.low_rank)
                                                     : weight.value.detach());
  }
  return all;
}

NamedTensors base_parameters(const ParameterTree& parameters) {
  NamedTensors base;
  for (const Parameter& parameter : parameters.all()) {
    const Weight& weight = parameter.weight;
    base.emplace_back(parameter.path, weight.frozen.defined() ? weight.frozen : weight.value);
  }
  return base;
}

void freeze_parameters(ParameterTree& parameters, const std::string& base_dtype) {
  const at::NoGradGuard no_grad;
  const at::ScalarType dtype = scalar_type(base_dtype);
  for (Parameter& parameter : parameters.all()) {
    at::Tensor& value = parameter.weight.value;
    // A detached tensor is a new one without history or gradient buffer; the conversion keeps the
    // strides, so that transposed storage stays transposed.
    value = value.detach().to(dtype);
  }
}

}  // namespace twofold
