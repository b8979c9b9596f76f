#include "lora/variants/low_rank.h"

#include <ATen/ATen.h>

#include "base/random.h"
#include "lora/init/init.h"
#include "lora/select/selection.h"
#include "lora/select/target.h"
#include "ops/embedding.h"
#include "ops/linear.h"
#include "tensor/packed.h"

namespace twofold {

LowRankAdapter::LowRankAdapter(const Variant& variant, const Site& site, AdapterTensors tensors,
                               double scale)
    : Adapter(variant, site, std::move(tensors)), scale_(scale), dropout_(site.config().dropout) {}

LowRank LowRankAdapter::term() const {
  return {.A = tensor("lora_A"), .B = tensor("lora_B"), .scale = scale_};
}

at::Tensor LowRankAdapter::adapter_input(const at::Tensor& x, const ops::ForwardPass& pass) const {
  if (!pass.training || dropout_ == 0) return {};
  ops::DropoutKey key = pass.key;
  key.site = hash64(path());
  return ops::dropout(x, dropout_, key);
}

at::Tensor LowRankAdapter::product(const ops::Adapted& below, const at::Tensor& x,
                                   const at::Tensor& bias, const ops::ForwardPass& pass) const {
  const at::Tensor input = adapter_input(x, pass);
  const LowRank own = term();
  if (below.bare()) return ops::linear(x, below.weight(), bias, own, input);
  const at::Tensor u = at::matmul(input.defined() ? input : x, own.A.to(x.scalar_type()));
  return below.product(x, bias, pass) + at::matmul(u, own.B.to(x.scalar_type())) * own.scale;
}

at::Tensor LowRankAdapter::lookup(const ops::Adapted& below, const at::Tensor& ids,
                                  at::ScalarType wide) const {
  const LowRank own = term();
  if (below.bare()) return ops::embedding(ids, below.weight().value, wide, own);
  const at::Tensor u = ops::embedding(ids, own.A, wide);
  return below.lookup(ids, wide) + at::matmul(u, own.B.to(wide)) * own.scale;
}

std::unique_ptr<ops::LogitsPath> LowRankAdapter::training_logits(
    const ops::Adapted& below, const ops::HeadStates& states, const ops::ForwardPass& pass) const {
  const auto type = ops::training_type(states.all);
  const at::Tensor input = adapter_input(states.all, pass);
  const LowRank own = term();
  const at::Tensor u =
      ops::project_down(input.defined() ? states.select(input) : states.supervised, own, type);
  return ops::low_rank_logits(below.training_logits(states, pass), own, u, type);
}

std::unique_ptr<ops::LogitsPath> LowRankAdapter::evaluation_logits(const ops::Adapted& below,
                                                                   at::ScalarType type) const {
  return ops::low_rank_logits(below.evaluation_logits(type), term(), {}, type);
}

at::Tensor LowRankAdapter::sum(const at::Tensor& value) const {
  const at::ScalarType wide = value.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const LowRank own = term();
  return at::addmm(value.to(wide), own.A.to(wide), own.B.to(wide), /*beta=*/1, own.scale);
}

at::Tensor LowRankAdapter::merged(const at::Tensor& value) const {
  return at::empty_like(value).copy_(sum(value));
}

at::Tensor LowRankAdapter::original(const at::Tensor& value) const {
  if (!changed_base()) return value;
  const at::ScalarType type = value.scalar_type();
  return at::addmm(value, tensor("start_A").to(type), tensor("start_B").to(type), 1, scale_);
}

/// LoRA+ quickens the factor on the side of the outputs, which of a head is A.
double LowRankAdapter::lr_multiplier(const std::string& name, const LoRAConfig& config) const {
  const char* output_side = is_head(path()) ? "lora_A" : "lora_B";
  return name == output_side ? config.lr_ratio : Adapter::lr_multiplier(name, config);
}

std::string LowRankAdapter::beyond_low_rank() const {
  return changed_base() ? "an adapter that was taken out of the weights" : "";
}

int64_t low_rank_activations(const Site& site) {
  const LoRAConfig& config = site.config();
  return config.rank_of(site.path()) + (config.dropout > 0 ? inputs_of(site.leaf()) : 0);
}

std::vector<TensorSpec> factor_specs(const Site& site) {
  const int64_t rank = site.config().rank_of(site.path());
  const std::vector<int64_t> A = {site.leaf().shape[0], rank}, B = {rank, site.leaf().shape[1]};
  std::vector<TensorSpec> specs = {{"lora_A", A}, {"lora_B", B}};
  if (init_method(site.config().init).from_weights) {
    specs.push_back({"start_A", A, TensorSpec::Kind::kFrozen});
    specs.push_back({"start_B", B, TensorSpec::Kind::kFrozen});
  }
  return specs;
}

AdapterTensors fresh_factors(const Site& site, Parameter& leaf, const Injection& injection) {
  at::Tensor& value = leaf.weight.value;
  const InitMethod& method = init_method(site.config().init);
  InitSubject subject{.path = leaf.path,
                      .in = leaf.shape[0],
                      .out = leaf.shape[1],
                      .rank = site.config().rank_of(leaf.path),
                      .scale = site.config().scale_of(leaf.path),
                      .seed = injection.seed};
  if (method.from_weights) subject.value = value.detach().to(at::kFloat);
  const Factors factors = method.make(subject);
  const at::Device device = device_of(leaf.weight);
  AdapterTensors tensors = {{"lora_A", factors.A.to(device)}, {"lora_B", factors.B.to(device)}};
  if (method.from_weights) {
    const at::Tensor &A = tensors["lora_A"], &B = tensors["lora_B"];
    tensors["start_A"] = A.clone();
    tensors["start_B"] = B.clone();
    const at::Tensor residual = at::addmm(subject.value, A, B, 1, -subject.scale);
    value = at::empty_like(value.detach()).copy_(residual);
  }
  return tensors;
}

}  // namespace twofold
