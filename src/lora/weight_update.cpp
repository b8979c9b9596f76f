#include "lora/weight_update.h"

#include <ATen/ATen.h>

#include <utility>

#include "lora/variants/lora.h"
#include "tensor/packed.h"

namespace twofold {
namespace {

bool takes_from_base(const Attachment& attachment) {
  const auto* adapter = dynamic_cast<const Adapter*>(&attachment);
  return adapter && adapter->changed_base();
}

at::Tensor before(const Attachment& attachment, const at::Tensor& value) {
  const at::Tensor frozen = attachment.base_value();
  if (frozen.defined()) return frozen.detach().to(value.scalar_type());
  const auto* adapter = dynamic_cast<const Adapter*>(&attachment);
  return adapter ? adapter->original(value) : value;
}

/// W + scale·ΔW of a leaf with adapters.
Weight scaled_weight(const Parameter& leaf, double scale) {
  if (const std::optional<LowRank> term = low_rank_update(leaf.weight)) {
    Parameter scaled = leaf;
    scaled.weight.attachments.clear();
    attach_low_rank(scaled, {.A = term->A, .B = term->B, .scale = term->scale * scale});
    return scaled.weight;
  }
  const WeightUpdate update = weight_update(leaf.weight, at::kFloat);
  return {.value = at::lerp(update.before, update.after, scale)};
}

std::vector<Weight> scaled_weights(const ParameterTree& parameters, double scale) {
  const at::NoGradGuard no_grad;
  std::vector<Weight> weights;
  for (const Parameter& leaf : parameters.all()) {
    const bool adapted = !leaf.weight.attachments.empty();
    weights.push_back(adapted ? scaled_weight(leaf, scale) : leaf.weight);
  }
  return weights;
}

}  // namespace

WeightUpdate weight_update(const Weight& weight, at::ScalarType wide) {
  const at::NoGradGuard no_grad;
  const at::Tensor value = unpacked(weight, wide).detach();
  WeightUpdate update{.before = value, .after = value};
  for (const auto& attachment : weight.attachments) {
    update.before = before(*attachment, update.before);
    update.after = attachment->merged(update.after);
  }
  return update;
}

std::optional<LowRank> low_rank_update(const Weight& weight) {
  if (weight.attachments.size() != 1 || takes_from_base(*weight.attachments.front())) return {};
  const at::NoGradGuard no_grad;
  return weight.attachments.front()->as_low_rank();
}

AdaptersScaled::AdaptersScaled(ParameterTree& parameters, double scale)
    : AdaptersScaled(parameters, scaled_weights(parameters, scale)) {}

AdaptersScaled::AdaptersScaled(ParameterTree& parameters, std::vector<Weight> weights)
    : off_(parameters) {
  for (size_t i = 0; i < weights.size(); ++i) parameters.all()[i].weight = std::move(weights[i]);
}

}  // namespace twofold
