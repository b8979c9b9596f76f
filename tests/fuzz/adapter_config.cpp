// adapter_config.json of PEFT, and the patterns in it.
#include "input.h"
#include "interop/peft/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const fuzz::MemoryFile input(data, size);
  return fuzz::accept_errors([&] {
    const PeftConfig config = read_peft_config(input.path());
    for (const char* module :
         {"model.layers.0.self_attn.q_proj", "lm_head", "transformer.h.11.mlp"}) {
      config.targets(module, true);
      config.saves(module);
      if (config.rank_of(module) < 1) std::abort();
      config.alpha_of(module);
    }
    const fuzz::MemoryFile written(peft_config_text(config));
    read_peft_config(written.path());
  });
}
