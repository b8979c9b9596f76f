#pragma once
// Checks in the first updates of a phase that every adapter is trained.

#include "run/state.h"

namespace twofold {

class UpdateCheck {
 public:
  explicit UpdateCheck(const LoRATrainState& state);
  /// Call it after each update, which was made at the learning rate `lr`. At update
  /// kUpdateCheckStep of the phase (lora/update_check.h) it throws an Error if an adapter has not
  /// moved.
  void after_step(double lr);

 private:
  void copy_before_check();
  const LoRATrainState& state_;
  NamedTensors before_;  ///< copies of the adapters, made before the update that is checked
};

}  // namespace twofold
