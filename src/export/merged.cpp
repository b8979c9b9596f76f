// --to merged: a Hugging Face folder of the weights with the adapters merged, and the tokenizer's
// files.
#include "export/format.h"
#include "model/families/registry.h"
#include "model/hf/hugging_face.h"

namespace twofold {
namespace {

/// Copies generation_config.json from the folder of the weights, if there is one: sampling settings
/// and end tokens, which config.json does not hold in full.
void copy_generation_config(const ExportSource& source, const Path& to) {
  if (source.model_config().weights.empty()) return;
  const Path file = Path(source.model_config().weights) / kGenerationConfig;
  if (std::filesystem::exists(file)) write_atomic(to / kGenerationConfig, read_text(file));
}

}  // namespace

void write_merged(ExportSource& source, const Path& temporary) {
  save_hf_folder(source.model_config(), merged_weights(source), source.dtype, temporary);
  copy_generation_config(source, temporary);
  copy_tokenizer(source, temporary);
}

std::unique_ptr<Model> read_merged(const ExportSource&, const Path& temporary) {
  const std::unique_ptr<ModelConfig> config = config_of_hf_folder(temporary);
  std::unique_ptr<Model> model = config->build();
  load_hf_weights(*model, *config, temporary);
  return model;
}

}  // namespace twofold
