#pragma once
// The file of a SentencePiece model: its pieces, and how text is to be normalized. SentencePiece's
// library does not report all of this.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace twofold {

struct PieceFile {
  enum Type : uint64_t {
    kNormal = 1,
    kUnknown = 2,
    kControl = 3,
    kUserDefined = 4,
    kUnused = 5,
    kByte = 6
  };
  struct Piece {
    std::string_view text;  ///< inside the file's bytes
    float score = 0;
    uint64_t type = kNormal;
  };
  static constexpr uint64_t kBPE = 2;

  std::vector<Piece> pieces;  ///< by id
  uint64_t model_type = 1;    ///< 1: unigram, 2: BPE
  bool suffix_space = false, byte_fallback = false;
  int64_t bos_id = 1, eos_id = 2;  ///< -1: there is none
  bool character_map = false, dummy_prefix = true, remove_spaces = true, escape_spaces = true;

  /// Reads a serialized ModelProto; none if the bytes are not one. `model` must outlive the result.
  static std::optional<PieceFile> read(std::string_view model);

  /// True for a BPE model with byte fallback that changes nothing in a text but its spaces, such as
  /// Llama's.
  bool plain() const {
    return model_type == kBPE && byte_fallback && escape_spaces && !suffix_space &&
           !character_map && !remove_spaces;
  }
};

}  // namespace twofold
