#pragma once
// The products of a head with hidden states, and of the gradient of its logits with itself.

#include <ATen/ATen.h>

#include "tensor/column_norms.h"
#include "tensor/weight.h"

namespace twofold::ops {

/// m / n of a head with a magnitude m, n being the lengths of its adapted rows: (V), with m's
/// gradient. Undefined without.
inline at::Tensor head_factor(const Weight& head) {
  if (!head.low_rank || !head.low_rank->magnitude.defined()) return {};
  return head.low_rank->magnitude / row_norms(head.value, *head.low_rank);
}

/// What B makes of the hidden states (N, D), or of what dropout left of them: (N, r) in `type`,
/// with gradients for both. Undefined without a low-rank term.
inline at::Tensor narrowed(const at::Tensor& seen, const LowRank& term, at::ScalarType type) {
  return term.A.defined() ? at::mm(seen.to(type), term.B.to(type).t()) : at::Tensor();
}

/// The head in the dtype of its products, and those that the loss is made of. Logits in bfloat16
/// (where the machine multiplies that quickly) are widened row by row for the softmax.
struct HeadProducts {
  at::Tensor weight, A;      // (V, D), (V, r)
  at::Tensor factor;         // (V): of the weight and its low-rank term (DoRA), or undefined
  at::Tensor rows, row_ids;  // (n, D), (n): instead of the weight's own, low-rank term and all
  double scale;

  /// `lengthening`: head_factor(head).
  HeadProducts(const Weight& head, const at::Tensor& lengthening, at::ScalarType type)
      : weight(head.value.detach().to(type)), scale(1) {
    if (lengthening.defined()) factor = lengthening.detach();  // m / n is close to 1: in float32
    if (head.rows) rows = head.rows->value.detach().to(type), row_ids = head.rows->ids;
    if (!head.low_rank) return;
    A = head.low_rank->A.detach().to(type);
    scale = head.low_rank->scale;
  }
  /// u (n, r): narrowed(hidden), absent without A.
  /// `before`, if given, becomes what `factor` is multiplied with.
  at::Tensor logits(const at::Tensor& hidden, const at::Tensor& u,
                    at::Tensor* before = nullptr) const {
    at::Tensor result = at::mm(hidden, weight.t());
    if (A.defined()) result.addmm_(u, A.t(), 1, scale);
    if (factor.defined()) {
      if (before) *before = result.clone();
      result.mul_(factor);
    }
    if (rows.defined()) result.index_copy_(1, row_ids, at::mm(hidden, rows.t()));
    return result;
  }
  /// Takes the columns that come from the rows out of the logits' gradient: what is left is the
  /// scaled weight's. Undefined without rows.
  at::Tensor take_columns(at::Tensor& dlogits) const {
    if (!rows.defined()) return {};
    const at::Tensor columns = dlogits.index_select(1, row_ids);
    dlogits.index_fill_(1, row_ids, 0);
    return columns;
  }
  /// Of the weight and the rows; the low-rank term's goes by way of u.
  at::Tensor hidden_gradient(const at::Tensor& dlogits, const at::Tensor& columns) const {
    at::Tensor result = at::mm(dlogits, weight);
    if (rows.defined()) result.addmm_(columns, rows);
    return result;
  }
};

}  // namespace twofold::ops
