// Between a weight and its adapter: adding the two together, and freezing the one for the other.

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include "lora/select/selection.h"
#include "lora/select/target.h"
#include "tensor/dtype.h"
#include "tensor/packed.h"

namespace twofold {
namespace {

/// W + scale·A·B, its outputs of the wanted length, in W's dtype and strides, rounded once.
at::Tensor merged(const std::string& path, const at::Tensor& value, const LowRank& term) {
  const at::ScalarType wide = value.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  at::Tensor sum =
      at::addmm(value.to(wide), term.A.to(wide), term.B.to(wide), /*beta=*/1, term.scale);
  if (term.magnitude.defined()) {
    const at::Tensor factor = term.magnitude.to(wide) / output_norms(path, value, term);
    sum.mul_(is_head(path) ? factor.unsqueeze(1) : factor);
  }
  return at::empty_like(value).copy_(sum);
}

at::Tensor merged(const std::string& path, const Weight& weight) {
  at::Tensor value = weight.packed ? unpacked(weight, at::kFloat) : weight.value.detach();
  if (weight.low_rank) value = merged(path, value, *weight.low_rank);
  if (weight.rows) {
    const auto& [ids, rows] = *weight.rows;
    value = value.index_copy(0, ids, rows.detach().to(value.scalar_type()));
  }
  return value;
}

}  // namespace

NamedTensors merge_lora_params(const ParameterTree& parameters) {
  const at::NoGradGuard no_grad;
  NamedTensors all;
  for (const Parameter& parameter : parameters.all()) {
    all.emplace_back(parameter.path, merged(parameter.path, parameter.weight));
  }
  return all;
}

NamedTensors base_parameters(const ParameterTree& parameters) {
  NamedTensors base;
  for (const Parameter& parameter : parameters.all()) {
    const Weight& weight = parameter.weight;
    if (weight.packed) {
      append_packed(base, parameter.path, *weight.packed);
      continue;
    }
    base.emplace_back(parameter.path, weight.frozen.defined() ? weight.frozen : weight.value);
  }
  return base;
}

bool packable(const Parameter& parameter) {
  return parameter.is_matrix() && parameter.path.starts_with("blocks/") &&
         parameter.path.ends_with("/kernel");
}

int64_t frozen_bytes(const ParameterTree& parameters, const std::string& base_dtype) {
  const bool nf4 = base_dtype == kNf4;
  const auto width =
      static_cast<int64_t>(c10::elementSize(nf4 ? at::kBFloat16 : scalar_type(base_dtype)));
  int64_t bytes = 0;
  for (const Parameter& parameter : parameters.all()) {
    bytes += nf4 && packable(parameter) ? nf4_bytes(parameter.count()) : width * parameter.count();
  }
  return bytes;
}

void unpack_parameters(ParameterTree& parameters) {
  for (Parameter& parameter : parameters.all()) {
    Weight& weight = parameter.weight;
    if (!weight.packed) continue;
    weight.value = unpacked(weight, at::kFloat);
    weight.packed.reset();
  }
}

void freeze_parameters(ParameterTree& parameters, const std::string& base_dtype) {
  const at::NoGradGuard no_grad;
  const bool nf4 = base_dtype == kNf4;
  const at::ScalarType dtype = nf4 ? at::kBFloat16 : scalar_type(base_dtype);
  for (Parameter& parameter : parameters.all()) {
    at::Tensor& value = parameter.weight.value;
    if (nf4 && packable(parameter)) {
      value = value.detach();
      pack_nf4(parameter.weight);
      continue;
    }
    // A copy, since the value may be a view of a file; without history or gradient buffer, and with
    // the same strides, so that transposed storage stays transposed.
    value = value.detach().to(dtype, /*non_blocking=*/false, /*copy=*/true);
  }
}

}  // namespace twofold
