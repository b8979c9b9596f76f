// --to merged: a Hugging Face folder with the adapters added in, tokenizer files carried along.
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "job/export_format.h"
#include "model/hugging_face.h"
#include "tensor/dtype.h"

namespace twofold {
namespace {

/// Files that make a tokenizer for transformers, llama.cpp's converter and vLLM.
constexpr std::array kTokenizerFiles = {"tokenizer.json",
                                        "tokenizer_config.json",
                                        "special_tokens_map.json",
                                        "added_tokens.json",
                                        "vocab.json",
                                        "merges.txt",
                                        "tokenizer.model",
                                        "chat_template.jinja",
                                        "chat_template.json"};

/// The folder that the run's tokenizer came in, if it is one of Hugging Face's.
Path tokenizer_folder(const ExportSource& source) {
  const TokenizerConfig& tokenizer = source.run.trainer().tokenizer_config();
  const Path weights = source.model_config().weights;
  std::vector<Path> candidates;
  if (!tokenizer.file.empty()) {
    const Path file = tokenizer.file;
    candidates.push_back(std::filesystem::is_directory(file) ? file : file.parent_path());
  }
  if (!weights.empty()) candidates.push_back(weights);
  for (const Path& folder : candidates) {
    for (const char* name : {"tokenizer.json", "tokenizer.model", "vocab.json"}) {
      if (std::filesystem::exists(folder / name)) return folder;
    }
  }
  return {};
}

void carry_tokenizer(const ExportSource& source, const Path& to) {
  const Path folder = tokenizer_folder(source);
  if (folder.empty()) return;
  std::vector<std::string> carried;
  for (const char* name : kTokenizerFiles) {
    if (!std::filesystem::exists(folder / name)) continue;
    write_atomic(to / name, read_text(folder / name));
    carried.emplace_back(name);
  }
  source.observer.message(Severity::kInfo, "tokenizer carried along from " + folder.string() +
                                               ": " + join(carried, ", "));
}

/// How the model wants to be sampled and where its texts end, as the folder of its weights says it:
/// more than a config.json holds.
void carry_generation_config(const ExportSource& source, const Path& to) {
  if (source.model_config().weights.empty()) return;
  const Path file = Path(source.model_config().weights) / kGenerationConfig;
  if (std::filesystem::exists(file)) write_atomic(to / kGenerationConfig, read_text(file));
}

}  // namespace

void write_merged(ExportSource& source, const Path& temporary) {
  save_hf_folder(source.model_config(), merged_weights(source), source.dtype, temporary);
  carry_generation_config(source, temporary);
  carry_tokenizer(source, temporary);
}

std::unique_ptr<Model> read_merged(const ExportSource&, const Path& temporary) {
  const std::unique_ptr<ModelConfig> config = config_of_hf_folder(temporary);
  std::unique_ptr<Model> model = config->build();
  load_hf_weights(*model, *config, temporary);
  return model;
}

}  // namespace twofold
