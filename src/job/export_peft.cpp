// --to peft: the adapters alone, for PEFT and whoever reads its folders.
#include <ATen/ATen.h>

#include "interop/peft.h"
#include "job/export_format.h"

namespace twofold {
namespace {

/// The weights that the adapters were exported against: the base, with what a start from the
/// weights took out of it put back.
NamedTensors original_weights(const ExportSource& source) {
  NamedTensors weights = base_parameters(source.model().parameters());
  for (auto& [path, value] : weights) value = value.to(at::kFloat);
  const LoRAConfig& lora = source.run.trainer().lora_config();
  for (const Adapter& adapter : source.run.state.adapters) {
    if (!adapter.start_A.defined()) continue;
    for (auto& [path, value] : weights) {
      if (path != adapter.path) continue;
      value = at::addmm(value, adapter.start_A, adapter.start_B, 1, lora.scale_of(path));
    }
  }
  return weights;
}

}  // namespace

void write_peft(ExportSource& source, const Path& temporary) {
  require_adapters(source);
  const LoRAConfig lora = source.run.lora();
  save_peft_folder(source.model_config(), source.run.state.adapters, lora, temporary);
  // A client needs a tokenizer that knows the tokens whose rows these are.
  if (!source.run.trainer().tokenizer_config().add_tokens.empty()) {
    carry_tokenizer(source, temporary);
  }
}

std::unique_ptr<Model> read_peft(const ExportSource& source, const Path& temporary) {
  const at::NoGradGuard no_grad;
  std::unique_ptr<Model> model = model_of(source.model_config(), original_weights(source));
  load_peft_folder(temporary, source.model_config(), model->parameters());
  return model;
}

}  // namespace twofold
