#pragma once
// What the variants that compute W + s·A·B with some A (in, r) and B (r, out) share.

#include "twofold/lora/adapter.h"

namespace twofold {

class LowRankAdapter : public Adapter {
 public:
  /// `scale`: s of the term. The dropout of its input in training is the site's setting.
  LowRankAdapter(const Variant& variant, const Site& site, AdapterTensors tensors, double scale);

  /// The term as it is now; gradients flow to the tensors that it is made of.
  virtual LowRank term() const;

  at::Tensor product(const ops::Adapted& below, const at::Tensor& x, const at::Tensor& bias,
                     const ops::ForwardPass& pass) const override;
  at::Tensor lookup(const ops::Adapted& below, const at::Tensor& ids,
                    at::ScalarType wide) const override;
  std::unique_ptr<ops::LogitsPath> training_logits(const ops::Adapted& below,
                                                   const ops::HeadStates& states,
                                                   const ops::ForwardPass& pass) const override;
  std::unique_ptr<ops::LogitsPath> evaluation_logits(const ops::Adapted& below,
                                                     at::ScalarType type) const override;
  at::Tensor merged(const at::Tensor& value) const override;
  bool merges_by_adding() const override { return true; }
  std::optional<LowRank> as_low_rank() const override { return term(); }

  at::Tensor original(const at::Tensor& value) const override;
  bool changed_base() const override { return tensor("start_A").defined(); }
  double lr_multiplier(const std::string& name, const LoRAConfig& config) const override;
  std::string beyond_low_rank() const override;

 protected:
  /// What A multiplies instead of x (rows, …) in this pass, x after dropout; undefined: x itself.
  at::Tensor adapter_input(const at::Tensor& x, const ops::ForwardPass& pass) const;
  /// W + s·A·B in float32 at least.
  at::Tensor sum(const at::Tensor& value) const;

 private:
  double scale_, dropout_;
};

/// Elements a token that the term keeps for the backward pass.
int64_t low_rank_activations(const Site& site);
/// The specs of A and B of the site's rank and, where the init changes the base, of their initial
/// values.
std::vector<TensorSpec> factor_specs(const Site& site);
/// A and B as config.init starts them. An init that is derived from the weight changes `leaf`.
AdapterTensors fresh_factors(const Site& site, Parameter& leaf, const Injection& injection);

}  // namespace twofold
