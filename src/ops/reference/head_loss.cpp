#include "ops/head_loss.h"

#include <ATen/ATen.h>

#include "ops/adapter_dropout.h"
#include "ops/element.h"

namespace twofold::ops::reference {

at::Tensor head_loss(const at::Tensor& hidden, const Weight& head, const at::Tensor& labels,
                     double scale, double softcap) {
  const auto wide = compute_dtype(hidden.scalar_type());
  at::Tensor effective = head.value.to(wide), term = at::zeros_like(effective), hidden_from_term;
  if (head.low_rank) {
    term = at::matmul(head.low_rank->A.to(wide), head.low_rank->B.to(wide)) * head.low_rank->scale;
    effective = effective + term;
    if (const at::Tensor seen = dropped(hidden, *head.low_rank); seen.defined()) {
      hidden_from_term = (hidden - seen).to(wide).flatten(0, -2);
    }
    if (head.low_rank->magnitude.defined()) {
      const at::Tensor norms = effective.detach().square().sum(1).sqrt();
      effective = effective * (head.low_rank->magnitude.to(wide) / norms).unsqueeze(1);
    }
  }
  if (head.rows) {
    effective = effective.index_copy(0, head.rows->ids, head.rows->value.to(wide));
    term = term.index_fill(0, head.rows->ids, 0);
  }
  at::Tensor scores = at::matmul(hidden.to(wide).flatten(0, -2), effective.t());
  if (hidden_from_term.defined()) scores = scores - at::matmul(hidden_from_term, term.t());
  if (softcap > 0) scores = (scores / softcap).tanh() * softcap;
  return at::nll_loss(at::log_softmax(scores, 1), labels.flatten().to(at::kLong), /*weight=*/{},
                      at::Reduction::Sum, /*ignore_index=*/-1) *
         scale;
}

}  // namespace twofold::ops::reference
