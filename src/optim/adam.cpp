#include "optim/adam.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include "ops/update.h"

namespace twofold {

void AdamGroup::step(double lr, double gradient_scale, int64_t count) {
  ops::AdamStep adam{.lr = lr,
                         .beta1 = settings_.beta1,
                         .beta2 = settings_.beta2,
                         .eps = settings_.eps,
                         .weight_decay = 0,
                         .gradient_scale = gradient_scale,
                         .count = count};
  for (Moments& moments : all_) {
    at::Tensor& value = moments.tensor.value;
    const at::Tensor gradient = gradient_like(value);
    if (!gradient.defined()) continue;
    adam.lr = lr * lr_multiplier_ * moments.tensor.lr_multiplier;
    adam.weight_decay = value.dim() == 2 ? settings_.weight_decay : 0;
    ops::adam_update(value, gradient, moments.m, moments.v, adam);
  }
}

double AdamGroup::grad_norm() const {
  std::vector<Trainable> tensors;
  for (const Moments& moments : all_) tensors.push_back(moments.tensor);
  return gradient_norm(tensors).value;
}

AdamW::AdamW(const AdamSettings& settings, double clip, std::vector<Trainable> tensors)
    : group_(settings, 1.0), clip_(clip), count_(at::zeros({}, at::kLong)) {
  for (Trainable& tensor : tensors) group_.add(std::move(tensor));
}

void AdamW::step(double lr, double grad_norm) {
  const at::NoGradGuard no_grad;
  count_.add_(1);
  group_.step(lr, clip_scale(clip_, grad_norm), count_.item<int64_t>());
}

NamedTensors AdamW::state() const {
  NamedTensors state;
  append_state(state, group_.all());
  state.emplace_back("count", count_);
  return state;
}

}  // namespace twofold
