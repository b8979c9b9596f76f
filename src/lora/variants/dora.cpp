// DoRA (Liu et al. 2024, arXiv 2402.09353): each column of W + s·A·B is scaled by m / n to a
// trained length m; n, its own length, counts as a constant in the gradient. For a head, stored (V,
// D) but a layer from D to V, rows are scaled instead of columns.
#include <ATen/ATen.h>

#include "base/error.h"
#include "lora/select/selection.h"
#include "lora/select/target.h"
#include "lora/variants/low_rank.h"
#include "lora/variants/registry.h"
#include "ops/linear.h"
#include "ops/scale_columns.h"
#include "tensor/column_norms.h"
#include "tensor/packed.h"

namespace twofold {
namespace {

constexpr const char* kMagnitude = "lora_magnitude";

/// n of every output.
at::Tensor output_norms(const std::string& path, const at::Tensor& W, const LowRank& term) {
  return is_head(path) ? row_norms(W, term) : column_norms(W, term);
}

at::Tensor wide_value(const Weight& weight) {
  return weight.packed ? unpacked(weight, at::kFloat) : weight.value;
}

class DoraAdapter final : public LowRankAdapter {
 public:
  using LowRankAdapter::LowRankAdapter;

  // m scales what W and the adapter make of the same input; what dropout hid from both goes through
  // the bare W, as in PEFT.
  at::Tensor product(const ops::Adapted& below, const at::Tensor& x, const at::Tensor& bias,
                     const ops::ForwardPass& pass) const override {
    const Weight& weight = base_of(below);
    const at::Tensor input = adapter_input(x, pass);
    const at::Tensor z = ops::linear(input.defined() ? input : x, weight, {}, term());
    const at::Tensor norms = column_norms(wide_value(weight), term());
    if (!input.defined()) return ops::scale_columns(z, magnitude(), norms, bias);
    return ops::scale_columns(z, magnitude(), norms) + ops::linear(x - input, weight, bias);
  }

  at::Tensor lookup(const ops::Adapted& below, const at::Tensor& ids,
                    at::ScalarType wide) const override {
    const at::Tensor rows = LowRankAdapter::lookup(below, ids, wide);
    return ops::scale_columns(rows, magnitude(), column_norms(base_of(below).value, term()));
  }

  std::unique_ptr<ops::LogitsPath> training_logits(const ops::Adapted& below,
                                                   const ops::HeadStates& states,
                                                   const ops::ForwardPass& pass) const override {
    TWOFOLD_EXPECT(!adapter_input(states.all, pass).defined(),
                   "a head with trained lengths sees all of its input");
    return ops::scaled_logits(LowRankAdapter::training_logits(below, states, pass),
                              head_factor(base_of(below)));
  }
  std::unique_ptr<ops::LogitsPath> evaluation_logits(const ops::Adapted& below,
                                                     at::ScalarType type) const override {
    return ops::scaled_logits(LowRankAdapter::evaluation_logits(below, type),
                              head_factor(base_of(below)));
  }

  at::Tensor merged(const at::Tensor& value) const override {
    at::Tensor all = sum(value);
    const at::Tensor factor =
        magnitude().to(all.scalar_type()) / output_norms(path(), value, term());
    all.mul_(is_head(path()) ? factor.unsqueeze(1) : factor);
    return at::empty_like(value).copy_(all);
  }

  std::optional<LowRank> as_low_rank() const override { return std::nullopt; }
  std::string beyond_low_rank() const override { return "an adapter with a magnitude (DoRA)"; }

 private:
  at::Tensor magnitude() const { return tensor(kMagnitude); }
  at::Tensor head_factor(const Weight& head) const {
    return magnitude() / row_norms(head.value, term());
  }
  /// The lengths are those of the base's columns.
  static const Weight& base_of(const ops::Adapted& below) {
    TWOFOLD_EXPECT(below.bare(), "lengths are trained of a weight without other adapters");
    return below.weight();
  }
};

class Dora final : public Variant {
 public:
  std::string name() const override { return "DoRA"; }
  std::string peft_type() const override { return "LORA"; }
  std::string note(const LoRAConfig&) const override { return ", DoRA"; }
  bool adapts_targets(const LoRAConfig& config) const override { return config.dora; }
  bool trains(const Site& site) const override {
    return site.selected.targeted && site.config().dora;
  }
  std::vector<TensorSpec> tensors(const Site& site) const override {
    std::vector<TensorSpec> specs = factor_specs(site);
    specs.insert(specs.begin() + 2, TensorSpec{kMagnitude, {outputs_of(site.leaf())}});
    return specs;
  }
  AdapterTensors fresh(const Site& site, Parameter& leaf, Injection& injection) const override {
    AdapterTensors tensors = fresh_factors(site, leaf, injection);
    const LowRank term{tensors["lora_A"], tensors["lora_B"], site.config().scale_of(leaf.path)};
    tensors[kMagnitude] = output_norms(leaf.path, unpacked(leaf.weight, at::kFloat), term);
    return tensors;
  }
  std::shared_ptr<Adapter> make(const Site& site, AdapterTensors tensors) const override {
    const double scale = site.config().scale_of(site.path());
    return std::make_shared<DoraAdapter>(*this, site, std::move(tensors), scale);
  }
  void add_problems(const Selection& selection, std::vector<Problem>& problems) const override;
  int64_t activations(const Site& site) const override {
    const Parameter& leaf = site.leaf();
    return low_rank_activations(site) + (is_dense_kernel(leaf.path) ? leaf.shape[1] : 0);
  }
};

void Dora::add_problems(const Selection& selection, std::vector<Problem>& problems) const {
  const std::string instead =
      "take it out with optimization/lora/exclude_modules, or train it whole with "
      "optimization/lora/modules_to_save";
  if (selection.config.dora && selection.config.variant != LoRAConfig{}.variant) {
    problems.push_back({.what = "DoRA is of LoRA's adapters",
                        .where = std::string(kLoraSection) + "dora",
                        .expected = "false with another variant",
                        .found = "optimization/lora/variant: " + selection.config.variant,
                        .hint = "leave one of the two out"});
  }
  for (const SelectedLeaf& selected : selection.leaves) {
    const Parameter& leaf = selection.leaf(selected);
    if (!trains({selection, selected})) continue;
    if (is_head(leaf.path) && selection.config.dropout > 0) {
      problems.push_back({.what = "DoRA of the head has no dropout",
                          .where = std::string(kLoraSection) + "dropout",
                          .expected = "0 with DoRA, or no target that selects " + leaf.path,
                          .found = leaf.path + " among the adapted leaves",
                          .hint = instead});
    }
    if (leaf.path == "wte" && !has_head(selection.parameters)) {
      problems.push_back(
          {.what = "DoRA gives a table's columns their lengths, and a head's rows",
           .where = std::string(kLoraSection) + "dora",
           .expected = "a table that is not the head as well, or no target for it",
           .found = leaf.path + ", which is both, among the adapted leaves",
           .hint = "with weights of a folder, architecture/backbone/untie makes two of "
                   "it; or " +
                   instead});
    }
  }
}

}  // namespace

const Variant& dora_variant() {
  static const Dora kVariant;
  return kVariant;
}

}  // namespace twofold
