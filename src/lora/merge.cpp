#include <ATen/core/grad_mode.h>

#include "tensor/packed.h"
#include "twofold/lora/lora.h"

namespace twofold {

at::Tensor merged_weight(const Weight& weight) {
  const at::NoGradGuard no_grad;
  at::Tensor value = weight.packed ? unpacked(weight, at::kFloat) : weight.value.detach();
  for (const auto& attachment : weight.attachments) value = attachment->merged(value);
  return value;
}

NamedTensors merge_lora_params(const ParameterTree& parameters) {
  NamedTensors all;
  for (const Parameter& parameter : parameters.all()) {
    all.emplace_back(parameter.path, merged_weight(parameter.weight));
  }
  return all;
}

}  // namespace twofold
