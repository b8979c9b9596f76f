#include "interop/peft/merge.h"

#include <ATen/ATen.h>

#include <charconv>
#include <cmath>

namespace twofold {

WeightedFolder weighted_folder(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(text)) return {.folder = text};
  double weight = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, weight);
  if (error != std::errc() || stop != end || !std::isfinite(weight)) return {.folder = text};
  return {.folder = text.substr(0, colon), .weight = weight};
}

void fold_adapters(ParameterTree& parameters, double weight) {
  const at::NoGradGuard no_grad;
  for (Parameter& leaf : parameters.all()) {  // sums are rounded when all is added, not each
    at::Tensor& value = leaf.weight.value;
    for (const auto& attachment : leaf.weight.attachments) {
      if (!attachment->merges_by_adding() || value.scalar_type() == at::kDouble) continue;
      value = value.to(at::kFloat);
    }
  }
  NamedTensors merged = merge_lora_params(parameters);
  detach_lora_params(parameters);
  for (auto& [path, value] : merged) {
    at::Tensor& own = parameters.at(path).weight.value;
    if (own.is_alias_of(value)) continue;
    const auto wide = own.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor base = own.detach().to(wide);
    own = at::empty_like(own.detach()).copy_(base + (value.to(wide) - base).mul(weight));
  }
}

void merge_peft_folder(const WeightedFolder& adapter, const ModelConfig& config,
                       ParameterTree& parameters, TableCopies copies) {
  load_peft_folder(adapter.folder, config, parameters, copies);
  fold_adapters(parameters, adapter.weight);
}

}  // namespace twofold
