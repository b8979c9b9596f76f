#pragma once
// What is done to a text before its tokens are joined, in llama.cpp's terms. llama.cpp has no names
// for single steps, only for the combinations of well-known tokenizers.

#include <string>
#include <vector>

#include "tokenizer/huggingface/json.h"
#include "tokenizer/tiktoken/encodings.h"

namespace twofold {

struct GgufTextSteps {
  std::string model =
      {};                ///< "gpt2": byte-level BPE by merges; "llama": SentencePiece BPE by scores
  std::string pre = {};  ///< llama.cpp's name of the splitter; of "gpt2" only
  bool ignores_merges = false;          ///< a piece that is a token is taken whole
  bool space_prefix = false;            ///< a space is put before a text; of "llama" only
  std::vector<std::string> notes = {};  ///< where llama.cpp's ids differ, for people
};

/// The steps of a tokenizer.json. Throws an Error naming the step that llama.cpp cannot do.
GgufTextSteps gguf_text_steps(const formats::JsonReader& file);
/// The steps of transformers' Metaspace with this prepend_scheme.
GgufTextSteps gguf_metaspace_steps(const std::string& scheme);
/// The steps of a tiktoken encoding. Throws an Error for one whose splitter has no name there.
GgufTextSteps gguf_text_steps(const Encoding& encoding);

}  // namespace twofold
