#pragma once
// The head and the cross-entropy in one: logits exist only for a chunk of supervised positions at a
// time, and their gradient is formed on the way forward.

#include <memory>
#include <vector>

#include "twofold/tensor/weight.h"

namespace twofold::ops {

/// The hidden states that a loss is taken of: all (rows, …, D), and of these the supervised ones.
struct HeadStates {
  at::Tensor all;
  at::Tensor places;      ///< of the supervised ones among the positions; undefined: every one
  at::Tensor supervised;  ///< select(all)
  /// The supervised ones of a tensor like `all`: (N, its last dimension).
  at::Tensor select(const at::Tensor& x) const;
};

/// From hidden states to logits and back, a chunk of positions at a time. Made for one call.
class LogitsPath {
 public:
  virtual ~LogitsPath() = default;
  /// What the logits depend on beside the hidden states, in the order of `gradients`.
  virtual std::vector<at::Tensor> inputs() const = 0;
  /// The logits (n, V) of `hidden` (n, D), which are the positions from `first` on.
  virtual at::Tensor forward(const at::Tensor& hidden, int64_t first) = 0;
  /// From the gradient of the last forward's logits, which may be overwritten, to that of `hidden`;
  /// adds to the gradients of the inputs that require one.
  virtual at::Tensor backward(at::Tensor& dlogits, const at::Tensor& hidden, int64_t first) = 0;
  /// Of the inputs, after the last chunk; undefined where none is wanted.
  virtual std::vector<at::Tensor> gradients() const = 0;
};

/// A sum for a gradient of `input`, as wide as sums are; undefined if `input` wants none.
at::Tensor gradient_sum(const at::Tensor& input);
/// Adds scale·a·b to `sum`, if it is defined; it may be wider than the operands.
void add_product(at::Tensor& sum, const at::Tensor& a, const at::Tensor& b, double scale = 1);

/// hidden·Wᵀ, in the dtype `type`.
std::unique_ptr<LogitsPath> plain_logits(const at::Tensor& W, at::ScalarType type);
/// `below`'s logits + scale·u·Aᵀ, A (V, r). u (N, r) belongs to all positions of the call;
/// undefined: it is made of each chunk and B (no gradient).
std::unique_ptr<LogitsPath> low_rank_logits(std::unique_ptr<LogitsPath> below, const LowRank& term,
                                            const at::Tensor& u, at::ScalarType type);
/// u of the states `input`, or of a part of them: input·Bᵀ (N, r) in `type`, with gradients for
/// both.
at::Tensor project_down(const at::Tensor& input, const LowRank& term, at::ScalarType type);
/// `below`'s logits, each column times its element of `factor` (V), which is close to 1 and stays
/// in float32.
std::unique_ptr<LogitsPath> scaled_logits(std::unique_ptr<LogitsPath> below,
                                          const at::Tensor& factor);

/// In which dtype the logits' products of such hidden states are computed: in training, and where
/// nothing is trained.
at::ScalarType training_type(const at::Tensor& hidden);
at::ScalarType evaluation_type(const at::Tensor& hidden);

/// Where the labels are not −1.
HeadStates supervised_states(const at::Tensor& hidden, const at::Tensor& labels);

/// scale · Σ over labels ≥ 0 of −log softmax(logits)[label], as a float32 (float64 for doubles)
/// scalar with gradients for the hidden states and the path's inputs, whichever require one.
/// labels: (…) int32/int64, as many as states.all has positions, each < V. Softmax and sum are in
/// float32 at least; for bfloat16 hidden states the logits are rounded to bfloat16 before, as
/// autocast does, where that is the quick way. chunk = positions at a time; 0 = chosen. softcap >
/// 0: a logit z becomes softcap·tanh(z / softcap) first, here and below (Gemma 2).
at::Tensor head_loss(const HeadStates& states, LogitsPath& path, const at::Tensor& labels,
                     double scale, int64_t chunk = 0, double softcap = 0);

/// Logits (N, V) of hidden (N, D) in float32 (float64 for doubles), for evaluation and generation.
/// No gradient. The path is of the evaluation type.
at::Tensor logits(const at::Tensor& hidden, LogitsPath& path, double softcap = 0);

/// −log p of each label (N) float32 (0 where the label is −1), without keeping the logits. No
/// gradient. The path is of the evaluation type.
at::Tensor token_losses(const at::Tensor& hidden, LogitsPath& path, const at::Tensor& labels,
                        double softcap = 0);

namespace reference {
/// Of the effective head (V, D).
at::Tensor head_loss(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& labels,
                     double scale, double softcap = 0);
}  // namespace reference

}  // namespace twofold::ops
