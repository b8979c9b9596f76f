#pragma once
// What the choices are made by.

#include "api/finetune/choices.h"
#include "base/file_texts.h"
#include "base/files.h"
#include "data/tokenize/tokenize.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

ModelFacts model_facts(const Path& folder);

struct RecordFacts {
  LengthFacts lengths = {};  ///< of the first records
  int64_t records = 0;
  std::string form = {};     ///< as data/form names it
  bool is_text = false;      ///< that form is text
  std::string layout = {};   ///< how conversations are written; empty: there are none
  FileTexts templates = {};  ///< of that layout, where the model has none
};

/// Tokenizes the first records of the source, however long they are, and counts them all. Throws an
/// Error for a source that has none, and for a bad record unless the settings let it pass.
RecordFacts record_facts(const TokenizeBlockwiseConfig& config, const Tokenizer& tokenizer);

}  // namespace twofold
