#pragma once
// What may be attached to a weight from outside, as an operation sees it: an object that computes
// the weight's products in its place, from the weight and the attachments before it.

#include <memory>
#include <optional>
#include <vector>

#include "twofold/ops/dropout.h"
#include "twofold/ops/head_loss.h"
#include "twofold/tensor/weight.h"

namespace twofold::ops {

/// What an attachment must know of the forward pass that it takes part in.
struct ForwardPass {
  bool training = false;  ///< dropout on
  DropoutKey key = {};    ///< seed, step and first row; each place that drops sets `site`
};

/// A weight with the first few of its attachments, which is what the next attachment builds on.
/// With all of them it is what the model computes with.
class Adapted {
 public:
  explicit Adapted(const Weight& weight) : Adapted(weight, weight.attachments.size()) {}

  const Weight& weight() const { return weight_; }
  bool bare() const { return depth_ == 0; }  ///< the weight alone, no attachments

  /// x·W + b.
  at::Tensor product(const at::Tensor& x, const at::Tensor& bias, const ForwardPass& pass) const;
  /// The rows of a table at `ids`.
  at::Tensor lookup(const at::Tensor& ids, at::ScalarType dtype) const;
  /// The logits of a head (V, D), for training.
  std::unique_ptr<LogitsPath> training_logits(const HeadStates& states,
                                              const ForwardPass& pass) const;
  /// The same for evaluation.
  std::unique_ptr<LogitsPath> evaluation_logits(at::ScalarType type) const;

 private:
  Adapted(const Weight& weight, size_t depth) : weight_(weight), depth_(depth) {}
  const Attachment& top() const { return *weight_.attachments[depth_ - 1]; }
  Adapted below() const { return {weight_, depth_ - 1}; }

  const Weight& weight_;
  size_t depth_;
};

}  // namespace twofold::ops

namespace twofold {

/// By default an attachment changes nothing: every call goes to what is below it.
class Attachment {
 public:
  virtual ~Attachment() = default;

  virtual at::Tensor product(const ops::Adapted& below, const at::Tensor& x, const at::Tensor& bias,
                             const ops::ForwardPass& pass) const {
    return below.product(x, bias, pass);
  }
  /// The rows in `wide`, which is float32 or float64; they are rounded once everything has been
  /// added.
  virtual at::Tensor lookup(const ops::Adapted& below, const at::Tensor& ids,
                            at::ScalarType wide) const {
    return below.lookup(ids, wide);
  }
  virtual std::unique_ptr<ops::LogitsPath> training_logits(const ops::Adapted& below,
                                                           const ops::HeadStates& states,
                                                           const ops::ForwardPass& pass) const {
    return below.training_logits(states, pass);
  }
  virtual std::unique_ptr<ops::LogitsPath> evaluation_logits(const ops::Adapted& below,
                                                             at::ScalarType type) const {
    return below.evaluation_logits(type);
  }
  /// The plain weight that is equivalent to `value` with this attachment, in the dtype and storage
  /// order of `value`, rounded once.
  virtual at::Tensor merged(const at::Tensor& value) const { return value; }
  /// Whether merging adds to every element, so that a value of low precision should be widened
  /// first.
  virtual bool merges_by_adding() const { return false; }
  /// The attachment as a low-rank term, if it is nothing more than that.
  virtual std::optional<LowRank> as_low_rank() const { return std::nullopt; }
  /// The frozen value of the leaf, if Weight::value holds a trained one instead; else undefined.
  virtual at::Tensor base_value() const { return {}; }
  /// The tensors that are trained.
  virtual std::vector<at::Tensor> trained() const = 0;
};

}  // namespace twofold
