#include "run/resume/kept_files.h"

#include "base/error.h"
#include "model/hf/hugging_face.h"
#include "tokenizer/load/files.h"

namespace twofold {
namespace {

FileTexts generation_file(const Path& weights) {
  if (weights.empty()) return {};
  std::string text;
  try {
    text = generation_config_of(weights);
  } catch (const Error&) {  // whoever generates says what is wrong with it
    return {};
  }
  return text.empty() ? FileTexts{} : FileTexts{{kGenerationConfig, std::move(text)}};
}

bool same_places(const RunConfig& a, const RunConfig& b) {
  return a.model->weights == b.model->weights && a.tokenizer.backend == b.tokenizer.backend &&
         a.tokenizer.name == b.tokenizer.name && a.tokenizer.file == b.tokenizer.file;
}

/// Adds to `files` what it lacks: the tokenizer's as a whole, never parts of two.
void complete(FileTexts& files, FileTexts more) {
  if (hold_tokenizer(files)) {
    std::erase_if(more, [](const auto& file) { return file.first != kGenerationConfig; });
  }
  files.merge(more);
}

}  // namespace

FileTexts gather_files(const RunConfig& config) {
  const Path weights = config.model->weights;
  FileTexts files = tokenizer_files(config.tokenizer, weights);
  files.merge(generation_file(weights));
  return files;
}

FileTexts files_going_on(const RunConfig& now, const RunConfig& saved, const FileTexts& kept) {
  FileTexts files;
  if (same_places(now, saved)) {
    files = kept;
    complete_files(now, files);
  } else {
    files = gather_files(now);
    complete(files, kept);
  }
  return files;
}

void complete_files(const RunConfig& config, FileTexts& kept) {
  if (hold_tokenizer(kept) && kept.contains(kGenerationConfig)) return;
  complete(kept, gather_files(config));
}

}  // namespace twofold
