#include "ops/softmax_rows.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "ops/element.h"

namespace twofold::ops::reference {

at::Tensor softmax_rows(at::Tensor& logits, const at::Tensor& labels, double scale, bool gradient) {
  const at::Tensor label = labels.clamp_min(0).unsqueeze(1), counts = labels.ge(0).unsqueeze(1);
  const at::Tensor logp = at::log_softmax(logits, 1, compute_dtype(logits.scalar_type()));
  if (gradient) {
    const at::Tensor one_hot = at::zeros_like(logp).scatter_(1, label, 1);
    logits.copy_((logp.exp() - one_hot) * scale * counts);
  }
  return (logp.gather(1, label).neg() * counts).squeeze(1).to(at::kDouble);
}

}  // namespace twofold::ops::reference
