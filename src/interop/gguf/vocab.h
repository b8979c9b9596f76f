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
#include "twofold/model/config.h"

namespace twofold {

enum class GgufTokenType : int32_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6
};

/// The score of a token that no merge makes.
inline constexpr float kNeverMade = -1e6f;

struct GgufVocab {
  GgufTextSteps steps;
  std::vector<std::string> tokens;  ///< by id; in GPT-2's printable alphabet where model is "gpt2"
  std::vector<GgufTokenType> types;
  std::vector<float> scores;        ///< "llama" only
  std::vector<std::string> merges;  ///< "left right", best first; "gpt2" only
  std::optional<int64_t> bos, eos, unknown, padding;
  std::optional<int64_t> eot, eom;            ///< further tokens that end a text
  bool bos_named = false, eos_named = false;  ///< by the tokenizer's files, not by custom
  bool add_bos = false, add_eos = false;      ///< put around every text

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

/// Adds to a vocabulary that was made of `file` what the files beside it say: tokens that it does
/// not have itself, what begins, ends and pads a text, and what is put around it.
void add_beside(const TokenizerFile& file, GgufVocab& vocab);

/// Chooses what begins, ends and pads a text: the tokenizer's, else the model's, as llama.cpp's
/// converter does, with `more` ends; llama.cpp takes id 11 for an end that is not given. The
/// vocabulary must have one token for each row.
void choose_ends(GgufVocab& vocab, const ModelConfig& model, const std::vector<int64_t>& more);

/// The vocabulary of `file`, whatever kind of tokenizer it is.
GgufVocab gguf_vocab_of(const TokenizerFile& file);

}  // namespace twofold
