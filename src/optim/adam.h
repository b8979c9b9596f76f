#pragma once
// AdamW (Loshchilov & Hutter 2019): Adam's direction, plus decay of the weights themselves, on
// matrices only. With no decay it is Adam.

#include "optim/moments.h"

namespace twofold {

/// Tensors that Adam treats alike but for the decay, which only matrices feel.
class AdamGroup {
 public:
  AdamGroup(const AdamSettings& settings, double lr_multiplier)
      : settings_(settings), lr_multiplier_(lr_multiplier) {}
  void add(Trainable tensor) { all_.push_back(make_moments(std::move(tensor))); }
  /// Update number `count` (from 1), from gradients multiplied by `gradient_scale`.
  void step(double lr, double gradient_scale, int64_t count);
  /// L2 norm of the group's own gradients.
  double grad_norm() const;
  const std::vector<Moments>& all() const { return all_; }

 private:
  AdamSettings settings_;
  double lr_multiplier_;
  std::vector<Moments> all_;
};

class AdamW : public Optimizer {
 public:
  AdamW(const AdamSettings& settings, double clip, std::vector<Trainable> tensors);
  void step(double lr, double grad_norm) override;
  NamedTensors state() const override;
  void load_state(const NamedTensors& state) override { copy_state(this->state(), state); }

 private:
  AdamGroup group_;
  double clip_;
  at::Tensor count_;
};

}  // namespace twofold
