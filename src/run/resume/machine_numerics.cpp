#include "run/resume/machine_numerics.h"

#include <fmt/format.h>

#include "ops/matmul.h"
#include "tensor/machine.h"
#include "tensor/process.h"

namespace twofold {

void apply_machine_numerics(RunState& state, const ModelConfig& model, Observer& observer) {
  state.threads = threads();
  const std::string here = cpu_model();
  if (state.cpu_model != here) {
    if (!state.cpu_model.empty()) {
      observer.message(Severity::kInfo,
                       fmt::format("the checkpoint was computed on another processor ({}; this "
                                   "is {}): the last bits of what follows may differ",
                                   state.cpu_model, here));
    }
    state.cpu_model = here;
    state.native_bfloat16.reset();
  }
  if (model.activation_dtype != "bfloat16") return;  // then there is nothing to choose
  if (state.native_bfloat16) {
    ops::set_native_bfloat16(*state.native_bfloat16);
  } else {
    state.native_bfloat16 = ops::native_bfloat16();
  }
}

}  // namespace twofold
