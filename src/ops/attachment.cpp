#include "twofold/ops/attachment.h"

#include <ATen/ATen.h>

#include "ops/element.h"
#include "ops/embedding.h"
#include "ops/linear.h"

namespace twofold::ops {

at::Tensor Adapted::product(const at::Tensor& x, const at::Tensor& bias,
                            const ForwardPass& pass) const {
  return bare() ? linear(x, weight_, bias) : top().product(below(), x, bias, pass);
}

at::Tensor Adapted::lookup(const at::Tensor& ids, at::ScalarType dtype) const {
  if (bare()) return embedding(ids, weight_.value, dtype);
  return top().lookup(below(), ids, compute_dtype(weight_.value.scalar_type())).to(dtype);
}

std::unique_ptr<LogitsPath> Adapted::training_logits(const HeadStates& states,
                                                     const ForwardPass& pass) const {
  if (!bare()) return top().training_logits(below(), states, pass);
  return plain_logits(weight_.value, training_type(states.all));
}

std::unique_ptr<LogitsPath> Adapted::evaluation_logits(at::ScalarType type) const {
  if (!bare()) return top().evaluation_logits(below(), type);
  return plain_logits(weight_.value, type);
}

}  // namespace twofold::ops
