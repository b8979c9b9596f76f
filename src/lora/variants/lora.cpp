// LoRA (Hu et al. 2021, arXiv 2106.09685), with the scale of rsLoRA (arXiv 2312.03732) and the
// rates of LoRA+ (arXiv 2402.12354).
#include "lora/variants/lora.h"

#include "lora/variants/low_rank.h"
#include "lora/variants/registry.h"

namespace twofold {
namespace {

class Lora final : public Variant {
 public:
  std::string name() const override { return "LoRA"; }
  std::string setting() const override { return "lora"; }
  std::string peft_type() const override { return "LORA"; }
  bool adapts_targets(const LoRAConfig& config) const override {
    return config.variant == setting() && !config.dora;
  }
  bool trains(const Site& site) const override {
    return site.selected.targeted && adapts_targets(site.config());
  }
  std::vector<TensorSpec> tensors(const Site& site) const override { return factor_specs(site); }
  AdapterTensors fresh(const Site& site, Parameter& leaf, Injection& injection) const override {
    return fresh_factors(site, leaf, injection);
  }
  std::shared_ptr<Adapter> make(const Site& site, AdapterTensors tensors) const override {
    const double scale = site.config().scale_of(site.path());
    return std::make_shared<LowRankAdapter>(*this, site, std::move(tensors), scale);
  }
  int64_t activations(const Site& site) const override { return low_rank_activations(site); }
};

}  // namespace

const Variant& lora_variant() {
  static const Lora kVariant;
  return kVariant;
}

void attach_low_rank(Parameter& leaf, const LowRank& term) {
  ParameterTree tree;
  LoRAConfig config;
  config.rank = term.A.size(1);
  tree.declare({.path = leaf.path, .shape = leaf.shape, .init = {}, .axes = {}, .weight = {}});
  const SelectedLeaf selected{.targeted = true, .variants = {&lora_variant()}};
  const Selection selection{.parameters = tree, .config = config, .leaves = {selected}};
  const Site site{selection, selected};
  const auto adapter = std::make_shared<LowRankAdapter>(
      lora_variant(), site, AdapterTensors{{"lora_A", term.A}, {"lora_B", term.B}}, term.scale);
  adapter->put_on(leaf.weight);
}

}  // namespace twofold
