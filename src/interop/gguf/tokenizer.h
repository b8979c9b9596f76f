#pragma once
// A run's tokenizer as the metadata of a GGUF file.

#include <string>
#include <vector>

#include "base/files.h"
#include "formats/gguf.h"
#include "tokenizer/config.h"
#include "tokenizer/load/chat_templates.h"
#include "twofold/model/config.h"

namespace twofold {

struct GgufTokenizer {
  formats::GgufMetadata metadata;  ///< tokenizer.ggml.*
  std::vector<std::string> notes;  ///< where llama.cpp's ids differ from the tokenizer's
};

/// What is said of a run's texts besides.
struct GgufTexts {
  ChatTemplates templates = {};
  std::vector<int64_t> end_tokens = {};  ///< that end a text, besides the model's
  int64_t first_new = 0;                 ///< the id of the first of tokenizer.add_tokens
};

/// The tokenizer of a run of `model` whose settings are `tokenizer`: byte-level BPE as llama.cpp's
/// "gpt2", SentencePiece BPE as its "llama"; with chat templates. Throws an Error, naming the part,
/// for a tokenizer that llama.cpp cannot express or whose files are gone.
GgufTokenizer make_gguf_tokenizer(const TokenizerConfig& tokenizer, const ModelConfig& model,
                                  const GgufTexts& texts = {});

/// The metadata of a file without a tokenizer, whose model takes token ids only.
GgufTokenizer no_gguf_tokenizer();

/// What the tokenizer `file`, of any kind, becomes in a GGUF file, or why it has no place in one;
/// for people.
std::string gguf_tokenizer_summary(const Path& file);

}  // namespace twofold
