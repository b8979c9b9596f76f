#include "optim/adam.h"

#include <ATen/Functions.h>

#include "ops/update.h"

namespace twofold {

void AdamGroup::step(double lr, std::span<const double> scales, int64_t count) {
  ops::AdamStep adam{.lr = lr,
                     .beta1 = settings_.beta1,
                     .beta2 = settings_.beta2,
                     .eps = settings_.eps,
                     .weight_decay = 0,
                     .gradient_scale = 1,
                     .count = count};
  for (AdamState& state : all_) {
    at::Tensor& value = state.tensor.value;
    const at::Tensor gradient = gradient_like(value);
    if (!gradient.defined()) continue;
    adam.lr = lr * lr_multiplier_ * state.tensor.lr_multiplier;
    adam.gradient_scale = scales[state.index];
    adam.weight_decay = value.dim() == 2 ? settings_.weight_decay : 0;
    ops::adam_update(value, gradient, state.m, state.v, adam);
  }
}

AdamW::AdamW(const AdamSettings& settings, double clip, std::vector<Trainable> tensors)
    : Optimizer(clip, std::vector<int>(tensors.size(), 0)), group_(settings, 1.0) {
  for (size_t i = 0; i < tensors.size(); ++i) group_.add(std::move(tensors[i]), i);
}

void AdamW::update(double lr, std::span<const double> scales) { group_.step(lr, scales, ++count_); }

NamedTensors AdamW::state() const {
  NamedTensors state;
  append_state(state, group_.all());
  append_count(state, count_);
  return state;
}

void AdamW::load_state(const NamedTensors& state) {
  copy_state(this->state(), state);
  count_ = count_of(state);
}

}  // namespace twofold
