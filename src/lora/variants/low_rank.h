#pragma once
// What the variants share that are W + s·A·B for some A (in, r) and B (r, out).

#include "twofold/lora/adapter.h"

namespace twofold {

class LowRankAdapter : public Adapter {
 public:
  /// `scale` of the term, and the share of its inputs that it does not see in training.
  LowRankAdapter(const Variant& variant, const Site& site, AdapterTensors tensors, double scale);

  /// The term as it is now, with gradients for what it is made of.
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
  /// What A sees of x (rows, …) in this pass; undefined: all of it.
  at::Tensor adapter_input(const at::Tensor& x, const ops::ForwardPass& pass) const;
  /// W + s·A·B in float32 at least.
  at::Tensor sum(const at::Tensor& value) const;

 private:
  double scale_, dropout_;
};

/// Elements a token that the term keeps for the backward pass.
int64_t low_rank_activations(const Site& site);
/// A and B of the site's rank, and, where the start is taken out of the weights, what they were.
std::vector<TensorSpec> factor_specs(const Site& site);
/// As config.init starts them; a start that is taken out of the weight changes `leaf`.
AdapterTensors fresh_factors(const Site& site, Parameter& leaf, const Injection& injection);

}  // namespace twofold
