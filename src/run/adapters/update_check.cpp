#include "run/adapters/update_check.h"

#include <ATen/core/Tensor.h>

#include <utility>

#include "lora/update_check.h"

namespace twofold {

UpdateCheck::UpdateCheck(const LoRATrainState& state) : state_(state) { copy_before_check(); }

void UpdateCheck::after_step(double lr) {
  copy_before_check();
  if (state_.progress.phase_step != kUpdateCheckStep) return;
  check_adapters_updated(state_.adapters, {.before = std::exchange(before_, {}),
                                           .optimizer_state = state_.optimizer->state(),
                                           .lr = lr});
}

void UpdateCheck::copy_before_check() {
  if (state_.progress.phase_step != kUpdateCheckStep - 1) return;
  for (const auto& [name, tensor] : named_adapters(state_.adapters)) {
    before_.emplace_back(name, tensor.detach().clone());
  }
}

}  // namespace twofold
