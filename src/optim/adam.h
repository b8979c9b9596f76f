#pragma once
// AdamW (Loshchilov & Hutter 2019): Adam's direction, plus decay of the weights themselves, on
// matrices only. With no decay it is Adam.

#include "optim/adam_state.h"
#include "twofold/optim/optimizer.h"

namespace twofold {

/// Tensors that Adam updates with the same settings; only the matrices among them decay.
class AdamGroup {
 public:
  AdamGroup(const AdamSettings& settings, double lr_multiplier)
      : settings_(settings), lr_multiplier_(lr_multiplier) {}
  void add(Trainable tensor, size_t index) {
    all_.push_back(make_adam_state(std::move(tensor), index));
  }
  /// Update number `count` (from 1), from gradients multiplied by `scales` (as in Optimizer).
  void step(double lr, std::span<const double> scales, int64_t count);
  const std::vector<AdamState>& all() const { return all_; }

 private:
  AdamSettings settings_;
  double lr_multiplier_;
  std::vector<AdamState> all_;
};

class AdamW : public Optimizer {
 public:
  AdamW(const AdamSettings& settings, double clip, std::vector<Trainable> tensors);
  NamedTensors state() const override;
  void load_state(const NamedTensors& state) override;

 private:
  void update(double lr, std::span<const double> scales) override;

  AdamGroup group_;
  int64_t count_ = 0;
};

}  // namespace twofold
