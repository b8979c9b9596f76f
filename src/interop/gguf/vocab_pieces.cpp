// Vocabularies of scored pieces: SentencePiece models of type BPE, and llama2.c's copies of them.
#include <fmt/format.h>

#include "base/error.h"
#include "interop/gguf/vocab.h"
#include "tokenizer/llama2c/llama2c.h"
#include "tokenizer/sentencepiece/piece_file.h"

namespace twofold {
namespace {

constexpr const char* kSpaceMark = "\u2581";

[[noreturn]] void refuse(const TokenizerFile& file, const char* where, std::string expected,
                         std::string found) {
  fail({.what = "llama.cpp cannot do what this tokenizer does",
        .where = file.path.string() + ": " + where,
        .expected = std::move(expected),
        .found = std::move(found)});
}

/// Refuses what llama.cpp has no words for.
void check(const TokenizerFile& file, const PieceFile& model) {
  if (model.model_type != PieceFile::kBPE) {
    refuse(file, "trainer_spec/model_type", "2 (BPE)", std::to_string(model.model_type));
  }
  if (!model.byte_fallback) refuse(file, "trainer_spec/byte_fallback", "true", "false");
  if (model.suffix_space) {
    refuse(file, "trainer_spec/treat_whitespace_as_suffix", "false", "true");
  }
  if (model.character_map) {
    refuse(file, "normalizer_spec/precompiled_charsmap", "none", "a map of characters");
  }
  if (model.remove_spaces) {
    refuse(file, "normalizer_spec/remove_extra_whitespaces", "false", "true");
  }
  if (!model.escape_spaces) {
    refuse(file, "normalizer_spec/escape_whitespaces", "true", "false");
  }
}

}  // namespace

GgufVocab gguf_vocab_of_sentencepiece(const TokenizerFile& file) {
  const auto model = PieceFile::read(file.bytes);
  if (!model) refuse(file, "bytes", "a SentencePiece model", "something else");
  check(file, *model);
  GgufVocab vocab;
  vocab.steps = {.model = "llama", .space_prefix = model->dummy_prefix};
  for (const PieceFile::Piece& piece : model->pieces) {
    const auto id = std::ssize(vocab.tokens);
    if (piece.type == PieceFile::kUnused) {
      refuse(file, "pieces", "none of type UNUSED", std::string(piece.text));
    }
    if (piece.type == PieceFile::kUnknown) vocab.unknown = id;
    // The types are llama.cpp's.
    const bool known = piece.type >= PieceFile::kNormal && piece.type <= PieceFile::kByte;
    if (!known || !vocab.put(id, std::string(piece.text), static_cast<GgufTokenType>(piece.type))) {
      refuse(file, "pieces", "texts of a known type",
             fmt::format("piece {} of type {}", id, piece.type));
    }
    vocab.scores.push_back(piece.score);
  }
  if (model->bos_id >= 0) vocab.bos = model->bos_id;
  if (model->eos_id >= 0) vocab.eos = model->eos_id;
  vocab.add_bos = vocab.bos.has_value();
  add_beside(file, vocab);
  return vocab;
}

GgufVocab gguf_vocab_of_llama2c(const TokenizerFile& file) {
  const auto tokens = read_llama2c(file.bytes);
  if (!tokens) refuse(file, "bytes", "a vocabulary of llama2.c", "something else");
  GgufVocab vocab;
  vocab.steps = {.model = "llama", .space_prefix = true};
  for (const auto& [score, text] : *tokens) {
    const auto id = std::ssize(vocab.tokens);
    const int64_t byte = id - kLlama2cFirstByte;
    if (id == 0) {
      vocab.put(id, "<unk>", GgufTokenType::kUnknown);
    } else if (id < kLlama2cFirstByte) {
      vocab.put(id, id == kLlama2cBegin ? "<s>" : "</s>", GgufTokenType::kControl);
    } else if (byte < 256) {
      vocab.put(id, fmt::format("<0x{:02X}>", byte), GgufTokenType::kByte);
    } else {
      std::string marked;
      for (const char c : text) marked += c == ' ' ? std::string(kSpaceMark) : std::string(1, c);
      vocab.put(id, std::move(marked), GgufTokenType::kNormal);
    }
    vocab.scores.push_back(score);
  }
  vocab.unknown = 0;
  vocab.bos = kLlama2cBegin;
  vocab.eos = kLlama2cEnd;
  vocab.add_bos = true;
  return vocab;
}

}  // namespace twofold
