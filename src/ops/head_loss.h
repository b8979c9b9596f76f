#pragma once
// The head and the cross-entropy in one: logits exist only for a chunk of supervised positions at a
// time, and their gradient is formed on the way forward.

#include "tensor/weight.h"

namespace twofold::ops {

/// scale · Σ over labels ≥ 0 of −log softmax(hidden·headᵀ)[label], as a float32 (float64 for
/// doubles) scalar with gradients for hidden, head.value, head.low_rank, head.rows (whichever
/// require one). A magnitude of head.low_rank is of the head's rows.
/// hidden: (…, D) activation dtype, the first dimension that of the batch's rows; head.value: (V,
/// D); labels: (…) int32/int64, −1 = ignored, others < V. With dropout head.low_rank sees a part of
/// hidden only. Softmax and sum are in float32 at least; for bfloat16 hidden states the logits are
/// rounded to bfloat16 before, as autocast does, where that is the quick way. chunk = positions at
/// a time; 0 = chosen. softcap > 0: a logit z becomes softcap·tanh(z / softcap) first, here and
/// below (Gemma 2).
at::Tensor head_loss(const at::Tensor& hidden, const Weight& head, const at::Tensor& labels,
                     double scale, int64_t chunk = 0, double softcap = 0);

/// Logits (N, V) float32, for evaluation and generation. No gradient.
at::Tensor logits(const at::Tensor& hidden, const Weight& head, double softcap = 0);

/// −log p of each label (N) float32 (0 where the label is −1), without keeping the logits. No
/// gradient.
at::Tensor token_losses(const at::Tensor& hidden, const Weight& head, const at::Tensor& labels,
                        double softcap = 0);

namespace reference {
at::Tensor head_loss(const at::Tensor& hidden, const Weight& head, const at::Tensor& labels,
                     double scale, double softcap = 0);
}

}  // namespace twofold::ops
