#pragma once
// A faster way to SentencePiece's ids for the simplest and most common models.

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizer/bpe/scored_merges.h"

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

 private:
  struct Pieces;
  explicit PlainPieces(Pieces pieces, bool dummy_prefix);

  RankTable tokens_;
  std::array<int32_t, 256> bytes_;
  bool dummy_prefix_;
  std::optional<ScoredMerges> merges_;
};

}  // namespace twofold
