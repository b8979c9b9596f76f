#pragma once
// A vocabulary in llama.cpp's terms, and the places it comes from.

#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "formats/gguf.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

enum class GgufTokenType : int32_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6
};

struct GgufVocab {
  std::string model;  ///< "gpt2": byte-level BPE by merges; "llama": SentencePiece BPE by scores
  std::string pre;    ///< llama.cpp's name of the splitter; "gpt2" only
  std::vector<std::string> tokens;  ///< by id; in GPT-2's printable alphabet where model is "gpt2"
  std::vector<GgufTokenType> types;
  std::vector<float> scores;        ///< "llama" only
  std::vector<std::string> merges;  ///< "left right", best first; "gpt2" only
  std::optional<int64_t> bos, eos, unknown;
  bool add_bos = false, add_eos = false;
  bool add_space_prefix = false;  ///< "llama" only
  std::vector<std::string> notes;

  /// Puts a token at `id`; false if the id is taken or beyond any vocabulary.
  bool put(int64_t id, std::string text, GgufTokenType type);
};

/// Of 256 bytes and what ends a text.
GgufVocab gguf_vocab_of_bytes();
/// Of a tiktoken encoding: the merges are recovered from the ranks. Throws an Error if its splitter
/// has no name in llama.cpp or its rank file is not there.
GgufVocab gguf_vocab_of_ranks(const TokenizerConfig& config);
/// Of a tokenizer.json whose model is BPE: byte-level, or with byte fallback as Llama 2's. Throws
/// an Error naming what llama.cpp cannot do.
GgufVocab gguf_vocab_of_json(const Path& file);
/// Of a SentencePiece model of type BPE. Throws an Error for another type or a damaged file.
GgufVocab gguf_vocab_of_sentencepiece(const Path& file);

}  // namespace twofold
