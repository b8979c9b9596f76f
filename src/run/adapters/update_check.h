#pragma once
// In the first updates of a phase: that every adapter is trained.

#include "run/state.h"

namespace twofold {

class UpdateCheck {
 public:
  explicit UpdateCheck(const LoRATrainState& state);
  /// After each update, made at the learning rate `lr`. Throws an Error at the one that shows it if
  /// an adapter has not moved.
  void after_step(double lr);

 private:
  void copy_before_check();
  const LoRATrainState& state_;
  NamedTensors before_;  ///< adapters before the update that shows whether they move
};

}  // namespace twofold
