// --to merged: a Hugging Face folder of the weights with the adapters merged, and the tokenizer's
// files.
#include "export/format.h"
#include "model/families/registry.h"
#include "model/hf/hugging_face.h"

namespace twofold {

void write_merged(ExportSource& source, const Path& temporary) {
  save_hf_folder(source.model_config(), merged_weights(source), source.dtype, temporary);
  // How the model wants to be sampled and where its texts end: more than a config.json holds.
  const FileTexts& files = source.run.files();
  if (const auto said = files.find(kGenerationConfig); said != files.end()) {
    write_atomic(temporary / kGenerationConfig, said->second);
  }
  write_tokenizer(source, temporary);
}

std::unique_ptr<Model> read_merged(const ExportSource&, const Path& temporary) {
  const std::unique_ptr<ModelConfig> config = config_of_hf_folder(temporary);
  std::unique_ptr<Model> model = config->build();
  load_hf_weights(*model, *config, temporary);
  return model;
}

}  // namespace twofold
