#include "run/resume/machine_numerics.h"

#include <fmt/format.h>

#include "ops/isa.h"
#include "tensor/machine.h"
#include "tensor/process.h"

namespace twofold {

namespace {

/// Notes the level of the instruction set; `state` may have been computed at another level.
void note_isa(RunState& state, Observer& observer) {
  if (state.isa != ops::isa() && !state.cpu_model.empty()) {
    observer.message(
        Severity::kInfo,
        fmt::format("the checkpoint was computed with another instruction set ({0}; this is {1}): "
                    "the last bits of what follows may differ. TWOFOLD_ISA={0} has it where the "
                    "processor does",
                    state.isa, ops::isa()));
  }
  state.isa = ops::isa();
}

}  // namespace

void apply_machine_numerics(RunState& state, const ModelConfig& model,
                            ops::Bfloat16Choice& products, Observer& observer) {
  state.threads = threads();
  note_isa(state, observer);
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
    products.set(*state.native_bfloat16);
  } else {
    state.native_bfloat16 = ops::native_bfloat16();
  }
}

}  // namespace twofold
