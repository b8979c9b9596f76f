#include "infer/text_reader.h"

#include "run/text_settings.h"
#include "tokenizer/load/from_path.h"
#include "tokenizer/load/make.h"

namespace twofold {

std::unique_ptr<Tokenizer> tokenizer_of(const LoadedModel& loaded) {
  if (loaded.run) return make_tokenizer(loaded.run->tokenizer);
  return tokenizer_from_path(loaded.folder);
}

bool adds_special(const LoadedModel& loaded) {
  return !loaded.run || loaded.run->config.tokenizer.add_special;
}

TextReader reader_of(const LoadedModel& loaded, const Tokenizer& tokenizer) {
  const FileTexts files = loaded.run ? loaded.run->files() : text_files_in(loaded.folder);
  return reader_of(loaded.config(), files, adds_special(loaded), tokenizer);
}

}  // namespace twofold
