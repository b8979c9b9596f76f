#pragma once
// A run's tokenizer as the metadata of a GGUF file.

#include <string>
#include <vector>

#include "formats/gguf.h"
#include "model/config.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

struct GgufTokenizer {
  formats::GgufMetadata metadata;  ///< tokenizer.ggml.*
  std::vector<std::string> notes;  ///< what could not be said, for people
};

/// The tokenizer of a run of `model` whose settings are `tokenizer`: byte-level BPE (tokenizer.json
/// of the folder that the weights came from, tiktoken rank files, bytes) as llama.cpp's "gpt2". A
/// tokenizer that GGUF cannot express, or whose files are gone, becomes "no_vocab", with a note.
/// The ids of tokenizer.add_tokens begin at `first_new`.
GgufTokenizer make_gguf_tokenizer(const TokenizerConfig& tokenizer, const ModelConfig& model,
                                  int64_t first_new = 0);

}  // namespace twofold
