#include "tokenizer/sentencepiece/piece_file.h"

#include <cstring>

namespace twofold {
namespace {

// Numbers of the fields of sentencepiece_model.proto.
constexpr uint32_t kPieces = 1, kTrainer = 2, kNormalizer = 3;             // ModelProto
constexpr uint32_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;        // SentencePiece
constexpr uint32_t kModelType = 3, kSuffixSpace = 24, kByteFallback = 35;  // TrainerSpec
constexpr uint32_t kBeginId = 41, kEndId = 42;
constexpr uint32_t kCharacterMap = 2, kDummyPrefix = 3, kRemoveSpaces = 4, kEscapeSpaces = 5;

/// The fields of a protobuf message, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  uint32_t number = 0;
  uint64_t value = 0;      ///< of a varint, or the bits of a float
  std::string_view bytes;  ///< of a text or an inner message

  bool next() {
    uint64_t key = 0;
    if (rest_.empty() || !varint(key)) return false;
    number = static_cast<uint32_t>(key >> 3);
    switch (key & 7) {
      case 0:
        return varint(value);
      case 1:
        return fixed(8);
      case 2: {
        uint64_t size = 0;
        if (!varint(size) || size > rest_.size()) return false;
        bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
      }
      case 5:
        return fixed(4);
      default:
        return false;
    }
  }
  bool done() const { return rest_.empty(); }

 private:
  bool varint(uint64_t& number_read) {
    number_read = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      number_read |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool fixed(size_t size) {
    if (rest_.size() < size) return false;
    value = 0;
    std::memcpy(&value, rest_.data(), size);
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
};

PieceFile::Piece read_piece(Fields fields) {
  PieceFile::Piece piece;
  while (fields.next()) {
    if (fields.number == kPieceText) piece.text = fields.bytes;
    if (fields.number == kPieceScore) std::memcpy(&piece.score, &fields.value, sizeof piece.score);
    if (fields.number == kPieceType) piece.type = fields.value;
  }
  return piece;
}

void read_trainer(Fields fields, PieceFile& file) {
  while (fields.next()) {
    if (fields.number == kModelType) file.model_type = fields.value;
    if (fields.number == kSuffixSpace) file.suffix_space = fields.value != 0;
    if (fields.number == kByteFallback) file.byte_fallback = fields.value != 0;
    if (fields.number == kBeginId) file.bos_id = static_cast<int64_t>(fields.value);
    if (fields.number == kEndId) file.eos_id = static_cast<int64_t>(fields.value);
  }
}

void read_normalizer(Fields fields, PieceFile& file) {
  while (fields.next()) {
    if (fields.number == kCharacterMap) file.character_map = !fields.bytes.empty();
    if (fields.number == kDummyPrefix) file.dummy_prefix = fields.value != 0;
    if (fields.number == kRemoveSpaces) file.remove_spaces = fields.value != 0;
    if (fields.number == kEscapeSpaces) file.escape_spaces = fields.value != 0;
  }
}

}  // namespace

std::optional<PieceFile> PieceFile::read(std::string_view model) {
  PieceFile file;
  Fields fields(model);
  while (fields.next()) {
    if (fields.number == kPieces) file.pieces.push_back(read_piece(Fields(fields.bytes)));
    if (fields.number == kTrainer) read_trainer(Fields(fields.bytes), file);
    if (fields.number == kNormalizer) read_normalizer(Fields(fields.bytes), file);
  }
  if (!fields.done()) return std::nullopt;
  return file;
}

}  // namespace twofold
