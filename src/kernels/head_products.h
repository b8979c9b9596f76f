#pragma once
// The products of a head with hidden states, and of the gradient of its logits with itself.

#include <ATen/ATen.h>

#include "tensor/weight.h"

namespace twofold::kernels {

/// The head in the dtype of its products, and those that the loss is made of. Logits in bfloat16
/// (where the machine multiplies that quickly) are widened row by row for the softmax.
struct HeadProducts {
  at::Tensor weight, A, B;   // (V, D), (V, r), (r, D)
  at::Tensor rows, row_ids;  // (n, D), (n): instead of the weight's own, low-rank term and all
  double scale;

  HeadProducts(const Weight& head, at::ScalarType type)
      : weight(head.value.detach().to(type)), scale(1) {
    if (head.rows) rows = head.rows->value.detach().to(type), row_ids = head.rows->ids;
    if (!head.low_rank) return;
    A = head.low_rank->A.detach().to(type), B = head.low_rank->B.detach().to(type);
    scale = head.low_rank->scale;
  }
  at::Tensor logits(const at::Tensor& hidden) const {
    at::Tensor result = at::mm(hidden, weight.t());
    if (A.defined()) result.addmm_(at::mm(hidden, B.t()), A.t(), 1, scale);
    if (rows.defined()) result.index_copy_(1, row_ids, at::mm(hidden, rows.t()));
    return result;
  }
  /// Takes the columns that come from the rows out of the logits' gradient: what is left is the
  /// weight's. Undefined without rows.
  at::Tensor take_columns(at::Tensor& dlogits) const {
    if (!rows.defined()) return {};
    const at::Tensor columns = dlogits.index_select(1, row_ids);
    dlogits.index_fill_(1, row_ids, 0);
    return columns;
  }
  at::Tensor hidden_gradient(const at::Tensor& dlogits, const at::Tensor& columns) const {
    at::Tensor result = at::mm(dlogits, weight);
    if (A.defined()) result.addmm_(at::mm(dlogits, A), B, 1, scale);
    if (rows.defined()) result.addmm_(columns, rows);
    return result;
  }
};

}  // namespace twofold::kernels
