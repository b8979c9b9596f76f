#pragma once
// The head and the cross-entropy in one: logits exist only for a chunk of supervised positions at a
// time, and their gradient is computed in the forward pass.

#include <memory>
#include <vector>

#include "twofold/tensor/weight.h"

namespace twofold::ops {

/// The hidden states that a loss is computed from: all of them (rows, …, D), and the supervised
/// ones among them (N, D).
struct HeadStates {
  at::Tensor all;
  at::Tensor places;      ///< indices (N) of the supervised positions; undefined: all are used
  at::Tensor supervised;  ///< select(all)
  /// The supervised positions of `x` (rows, …, d), which has the positions of `all`: (N, d).
  at::Tensor select(const at::Tensor& x) const;
};

/// From hidden states to logits and back, a chunk of positions at a time. Made for one call.
class LogitsPath {
 public:
  virtual ~LogitsPath() = default;
  /// The tensors that the logits depend on besides the hidden states, in the order of `gradients`.
  virtual std::vector<at::Tensor> inputs() const = 0;
  /// The logits (n, V) of `hidden` (n, D), which are the positions from `first` on.
  virtual at::Tensor forward(const at::Tensor& hidden, int64_t first) = 0;
  /// Returns the gradient of `hidden`, given that of the last forward's logits, which may be
  /// overwritten; adds to the gradients of the inputs that require one.
  virtual at::Tensor backward(at::Tensor& dlogits, const at::Tensor& hidden, int64_t first) = 0;
  /// The gradients of the inputs, after the last chunk; undefined for an input that requires none.
  virtual std::vector<at::Tensor> gradients() const = 0;
};

/// Zeros in which to sum the gradient of `input`, in the dtype that sums are computed in; undefined
/// if `input` requires no gradient.
at::Tensor gradient_sum(const at::Tensor& input);
/// Adds scale·a·b to `sum`, unless `sum` is undefined. The dtype of `sum` may be wider than that of
/// the operands.
void add_product(at::Tensor& sum, const at::Tensor& a, const at::Tensor& b, double scale = 1);

/// hidden·Wᵀ, in the dtype `type`.
std::unique_ptr<LogitsPath> plain_logits(const at::Tensor& W, at::ScalarType type);
/// `below`'s logits + scale·u·Aᵀ, A (V, r). u (N, r) is hidden·Bᵀ for all positions of the call; if
/// it is undefined, it is computed for each chunk (no gradient).
std::unique_ptr<LogitsPath> low_rank_logits(std::unique_ptr<LogitsPath> below, const LowRank& term,
                                            const at::Tensor& u, at::ScalarType type);
/// u of some or all hidden states: input·Bᵀ (N, r) in `type`, with gradients for `input` and B.
at::Tensor project_down(const at::Tensor& input, const LowRank& term, at::ScalarType type);
/// `below`'s logits, each column times its element of `factor` (V), which is close to 1 and stays
/// in float32.
std::unique_ptr<LogitsPath> scaled_logits(std::unique_ptr<LogitsPath> below,
                                          const at::Tensor& factor);

/// The dtypes in which logits of such hidden states are computed, in training and in evaluation.
at::ScalarType training_type(const at::Tensor& hidden);
at::ScalarType evaluation_type(const at::Tensor& hidden);

/// The states, of which those whose labels are not −1 are the supervised ones. On the reference
/// back end, which ignores labels of −1 itself, all positions count as supervised.
HeadStates supervised_states(const at::Tensor& hidden, const at::Tensor& labels);

/// scale · Σ over labels ≥ 0 of −log softmax(logits)[label], as a float32 (float64 for doubles)
/// scalar with gradients for the hidden states and the path's inputs, whichever require one.
/// labels: (…) int32/int64, as many as states.all has positions, each < V. Softmax and sum are in
/// float32 at least; where training_type is bfloat16, the logits are rounded to bfloat16 before
/// that, as autocast does. chunk = positions at a time; 0 = chosen automatically. softcap > 0: a
/// logit z first becomes softcap·tanh(z / softcap), here and in the functions below (Gemma 2).
/// `losses` receives the −log of each supervised position (N, float64, without a gradient), 0 where
/// the label is −1.
at::Tensor head_loss(const HeadStates& states, LogitsPath& path, const at::Tensor& labels,
                     double scale, int64_t chunk = 0, double softcap = 0,
                     at::Tensor* losses = nullptr);

/// Logits (N, V) of hidden (N, D) in float32 (float64 for doubles), for evaluation and generation.
/// No gradient. The path is of the evaluation type.
at::Tensor logits(const at::Tensor& hidden, LogitsPath& path, double softcap = 0);

/// −log p of each label (N) float32 (0 where the label is −1), without keeping the logits. No
/// gradient. The path is of the evaluation type.
at::Tensor token_losses(const at::Tensor& hidden, LogitsPath& path, const at::Tensor& labels,
                        double softcap = 0);

namespace reference {
/// The definition of head_loss, for a head (V, D) with its attachments merged.
at::Tensor head_loss(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& labels,
                     double scale, double softcap = 0);
}  // namespace reference

}  // namespace twofold::ops
