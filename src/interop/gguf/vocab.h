#pragma once
// A vocabulary in llama.cpp's terms, and the places it comes from.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "formats/gguf.h"
#include "interop/gguf/text_steps.h"
#include "tokenizer/bpe/rank_table.h"
#include "tokenizer/load/from_path.h"

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
  GgufTextSteps steps;
  std::vector<std::string> tokens;  ///< by id; in GPT-2's printable alphabet where model is "gpt2"
  std::vector<GgufTokenType> types;
  std::vector<float> scores;        ///< "llama" only
  std::vector<std::string> merges;  ///< "left right", best first; "gpt2" only
  std::optional<int64_t> bos, eos, unknown, padding;
  bool add_bos = false, add_eos = false;  ///< put around every text

  /// Says where llama.cpp's ids differ, for people.
  void note(std::string_view text);

  /// Puts a token at `id`; false if the id is taken or beyond any vocabulary.
  bool put(int64_t id, std::string text, GgufTokenType type);
};

/// The vocabulary of the 256 bytes and a token that ends a text.
GgufVocab gguf_vocab_of_bytes();
/// The vocabulary of a tiktoken encoding: the merges are recovered from the ranks. Throws an Error
/// if its splitter has no name in llama.cpp.
GgufVocab gguf_vocab_of_ranks(const Encoding& encoding, const RankTable& ranks);
/// The vocabulary of a tokenizer.json whose model is BPE: byte-level, or with byte fallback as
/// Llama 2's. Throws an Error naming what llama.cpp cannot do.
GgufVocab gguf_vocab_of_json(const TokenizerFile& file);
/// The vocabulary of a SentencePiece model of type BPE. Throws an Error for another type or a
/// damaged file.
GgufVocab gguf_vocab_of_sentencepiece(const TokenizerFile& file);
/// The vocabulary of llama2.c's tokenizer.bin.
GgufVocab gguf_vocab_of_llama2c(const TokenizerFile& file);

/// The vocabulary of `file`, whatever kind of tokenizer it is.
GgufVocab gguf_vocab_of(const TokenizerFile& file);

}  // namespace twofold
