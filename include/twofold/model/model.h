#pragma once
// What a language model is to the rest of twofold: named parameters, a forward pass to hidden
// states, and a head. It knows neither adapters, nor optimizers, nor checkpoints.

#include <memory>
#include <string>
#include <vector>

#include "twofold/ops/attachment.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

struct ModelConfig;
struct KvCache;  // model/kv_cache.h

/// A batch as tensors (int32, (B, T)); see data/batch.h for the meaning of each.
struct ModelInput {
  at::Tensor tokens;
  at::Tensor positions;
  at::Tensor first_key;      ///< undefined: plain causal
  bool training = false;     ///< dropout on, the model's and the adapters'
  ops::DropoutKey dropout;   ///< seed, step and first row; each place that drops sets `site`
  KvCache* cache = nullptr;  ///< generation: keys and values of earlier positions

  ops::ForwardPass pass() const { return {.training = training, .key = dropout}; }
};

class Model {
 public:
  explicit Model(const ModelConfig& config);
  virtual ~Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// (B, T, D) hidden states after the final norm, in the activation dtype.
  virtual at::Tensor hidden(const ModelInput& input) = 0;
  /// (V, D) weight of the head (the embedding table itself when tied).
  virtual const Weight& head() const = 0;

  /// scale · Σ of the losses of the labels (B, T), −1 = ignored, at the hidden states of `input`: a
  /// scalar with gradients. See ops::head_loss. `row_sums` receives Σ of the losses of each row (B,
  /// float64), without a gradient.
  at::Tensor loss(const at::Tensor& hidden, const at::Tensor& labels, double scale,
                  const ModelInput& input, at::Tensor* row_sums = nullptr) const;
  /// −log p of each label (N) at hidden states (N, D), 0 where it is −1. No gradient.
  at::Tensor token_losses(const at::Tensor& hidden, const at::Tensor& labels) const;
  /// The logits (N, V), float32, of hidden states (N, D). No gradient.
  at::Tensor logits(const at::Tensor& hidden) const;
  /// Whether a position's result depends on how long the whole input is (some rotary scalings).
  virtual bool depends_on_length() const { return false; }

  ParameterTree& parameters() { return parameters_; }
  const ParameterTree& parameters() const { return parameters_; }
  at::ScalarType activation() const { return activation_; }
  void set_activation(at::ScalarType type) { activation_ = type; }  ///< float64 for gradient checks
  void set_checkpointing(bool on) { checkpointing_ = on; }

 protected:
  /// Cap on the logits (ops::head_loss); 0: none.
  virtual double logit_softcap() const { return 0; }

  ParameterTree parameters_;
  at::ScalarType activation_;
  bool checkpointing_ = false;  ///< recompute each block in the backward pass instead of keeping it
};

}  // namespace twofold
