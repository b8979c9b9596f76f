#include "twofold/lora/freeze.h"

#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "tensor/dtype.h"
#include "tensor/finite.h"
#include "tensor/packed.h"
#include "twofold/ops/attachment.h"

namespace twofold {
namespace {

/// The base's own value, also where a trained one stands in its place.
at::Tensor base_value(const Weight& weight) {
  for (const auto& attachment : weight.attachments) {
    if (const at::Tensor value = attachment->base_value(); value.defined()) return value;
  }
  return weight.value;
}

/// What was added to a weight, or its narrower dtype, may have made it infinite.
void require_range(const at::Tensor& frozen, const std::string& path) {
  std::optional<Problem> fault = find_overflow(frozen, path);
  if (!fault) return;
  fault->hint =
      "set optimization/lora/base_dtype to float32, or see whether optimization/lora/base_adapters "
      "and their factors are what they should be";
  fail(std::move(*fault));
}

}  // namespace

NamedTensors base_parameters(const ParameterTree& parameters) {
  NamedTensors base;
  for (const Parameter& parameter : parameters.all()) {
    const Weight& weight = parameter.weight;
    if (weight.packed) {
      append_packed(base, parameter.path, *weight.packed);
      continue;
    }
    base.emplace_back(parameter.path, base_value(weight));
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
    require_range(value, parameter.path);
  }
}

}  // namespace twofold
