#pragma once
// A faster way to SentencePiece's ids for the plainest and commonest models.

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizer/bpe/scored_merges.h"

namespace twofold {

/// BPE models as Llama's: text is not changed but for spaces, all pieces are ordinary, characters,
/// bytes or marks, and every character of a piece is a piece. SentencePiece's library takes many
/// times as long for long texts.
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
