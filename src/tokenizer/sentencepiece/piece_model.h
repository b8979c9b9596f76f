#pragma once
// A faster way to SentencePiece's ids for the simplest and most common models.

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/bpe/scored_merges.h"
#include "twofold/tokenizer_interface.h"

namespace twofold {

/// BPE models like Llama's: nothing in a text is changed but its spaces; all pieces are normal,
/// byte, unknown or control pieces; and every character of a normal piece is itself a piece.
/// SentencePiece's library takes many times as long for long texts.
class PlainPieces {
 public:
  /// The model's pieces if it is such a model. `model`: a ModelProto that the library has accepted.
  static std::optional<PlainPieces> read(std::string_view model);

  /// The library's ids of `text`, which is valid UTF-8.
  std::vector<int32_t> encode(std::string_view text) const;
  /// The bytes of `text` that each of its ids stands for.
  std::vector<ByteSpan> offsets(std::string_view text, std::span<const int32_t> ids) const;

 private:
  struct Pieces;
  /// The bytes of `text` behind `at` that `piece` is written for. `marked`: whether its first
  /// character is the space that was put in front of the text.
  static size_t length_in(std::string_view text, size_t at, std::string_view piece, bool marked);
  explicit PlainPieces(Pieces pieces, bool dummy_prefix);

  RankTable tokens_;
  std::array<int32_t, 256> bytes_;
  bool dummy_prefix_;
  std::optional<ScoredMerges> merges_;
};

}  // namespace twofold
