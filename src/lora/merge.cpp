#include <ATen/core/grad_mode.h>

#include "tensor/packed.h"
#include "twofold/lora/lora.h"

namespace twofold {

NamedTensors merge_lora_params(const ParameterTree& parameters) {
  const at::NoGradGuard no_grad;
  NamedTensors all;
  for (const Parameter& parameter : parameters.all()) {
    const Weight& weight = parameter.weight;
    at::Tensor value = weight.packed ? unpacked(weight, at::kFloat) : weight.value.detach();
    for (const auto& attachment : weight.attachments) value = attachment->merged(value);
    all.emplace_back(parameter.path, value);
  }
  return all;
}

}  // namespace twofold
