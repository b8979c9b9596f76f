#include "tokenizer/piece_model.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

namespace twofold {
namespace {

constexpr std::string_view kSpace = "\u2581";
// Numbers of the fields of sentencepiece_model.proto.
constexpr uint32_t kPieces = 1, kTrainer = 2, kNormalizer = 3;             // ModelProto
constexpr uint32_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;        // SentencePiece
constexpr uint32_t kModelType = 3, kSuffixSpace = 24, kByteFallback = 35;  // TrainerSpec
constexpr uint32_t kCharacterMap = 2, kDummyPrefix = 3, kRemoveSpaces = 4, kEscapeSpaces = 5;
constexpr uint64_t kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6;  // SentencePiece.Type
constexpr uint64_t kBPE = 2;                                            // TrainerSpec.ModelType

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

/// True if training and normalizing say that text is changed in no way but for spaces.
struct Settings {
  uint64_t model_type = 1;
  bool suffix_space = false, byte_fallback = false;
  bool character_map = false, dummy_prefix = true, remove_spaces = true, escape_spaces = true;

  void read_trainer(Fields fields) {
    while (fields.next()) {
      if (fields.number == kModelType) model_type = fields.value;
      if (fields.number == kSuffixSpace) suffix_space = fields.value != 0;
      if (fields.number == kByteFallback) byte_fallback = fields.value != 0;
    }
  }
  void read_normalizer(Fields fields) {
    while (fields.next()) {
      if (fields.number == kCharacterMap) character_map = !fields.bytes.empty();
      if (fields.number == kDummyPrefix) dummy_prefix = fields.value != 0;
      if (fields.number == kRemoveSpaces) remove_spaces = fields.value != 0;
      if (fields.number == kEscapeSpaces) escape_spaces = fields.value != 0;
    }
  }
  bool plain() const {
    return model_type == kBPE && byte_fallback && escape_spaces && !suffix_space &&
           !character_map && !remove_spaces;
  }
};

size_t character_bytes(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

struct PlainPieces::Pieces {
  RankTable tokens;
  std::vector<float> scores;
  std::array<int32_t, 256> bytes;

  /// Adds the next piece; false if it is of a kind that only the library knows how to treat.
  bool add(Fields fields) {
    std::string_view text;
    float score = 0;
    uint64_t type = kNormal;
    while (fields.next()) {
      if (fields.number == kPieceText) text = fields.bytes;
      if (fields.number == kPieceScore) std::memcpy(&score, &fields.value, sizeof score);
      if (fields.number == kPieceType) type = fields.value;
    }
    const auto id = static_cast<uint32_t>(scores.size());
    scores.push_back(score);
    if (type == kNormal) return !text.empty() && id < RankTable::kMaxRanks && tokens.add(text, id);
    if (type == kByte) {
      uint8_t byte = 0;
      if (text.size() != 6 || std::from_chars(&text[3], &text[5], byte, 16).ptr != &text[5]) {
        return false;
      }
      bytes[byte] = static_cast<int32_t>(id);
      return true;
    }
    return type == kUnknown || type == kControl;
  }

  bool complete() const {
    if (std::count(bytes.begin(), bytes.end(), -1) > 0) return false;
    for (uint32_t id = 0; id < tokens.end(); ++id) {
      const auto text = tokens.bytes_of(id);
      for (size_t at = 0; text && at < text->size();) {
        const size_t size = character_bytes((*text)[at]);
        if (tokens.find(text->substr(at, size)) == RankTable::kNone) return false;
        at += size;
      }
    }
    return true;
  }
};

PlainPieces::PlainPieces(Pieces pieces, bool dummy_prefix)
    : tokens_(std::move(pieces.tokens)), bytes_(pieces.bytes), dummy_prefix_(dummy_prefix) {
  merges_.emplace(tokens_, pieces.scores, bytes_);
}

std::optional<PlainPieces> PlainPieces::read(std::string_view model) {
  Pieces pieces;
  pieces.bytes.fill(-1);
  Settings settings;
  Fields fields(model);
  while (fields.next()) {
    if (fields.number == kPieces && !pieces.add(Fields(fields.bytes))) return std::nullopt;
    if (fields.number == kTrainer) settings.read_trainer(Fields(fields.bytes));
    if (fields.number == kNormalizer) settings.read_normalizer(Fields(fields.bytes));
  }
  if (!fields.done() || !settings.plain() || !pieces.complete()) return std::nullopt;
  return PlainPieces(std::move(pieces), settings.dummy_prefix);
}

std::vector<int32_t> PlainPieces::encode(std::string_view text) const {
  std::vector<int32_t> ids;
  if (text.empty()) return ids;
  ids.reserve(text.size() + 1);
  auto add = [&](std::string_view character) {
    const uint32_t id = tokens_.find(character);
    if (id != RankTable::kNone) {
      ids.push_back(static_cast<int32_t>(id));
    } else {
      for (char c : character) ids.push_back(bytes_[static_cast<uint8_t>(c)]);
    }
  };
  if (dummy_prefix_) add(kSpace);
  for (size_t at = 0; at < text.size();) {
    const size_t size = character_bytes(text[at]);
    add(text[at] == ' ' ? kSpace : text.substr(at, size));
    at += size;
  }
  merges_->join(ids);
  return ids;
}

}  // namespace twofold
