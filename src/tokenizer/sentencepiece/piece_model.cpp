#include "tokenizer/sentencepiece/piece_model.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "tokenizer/sentencepiece/piece_file.h"
#include "tokenizer/tokenizer.h"

namespace twofold {
namespace {

constexpr std::string_view kSpace = "\u2581";

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
  bool add(const PieceFile::Piece& piece) {
    const auto& [text, score, type] = piece;
    const auto id = static_cast<uint32_t>(scores.size());
    scores.push_back(score);
    if (type == PieceFile::kNormal) {
      return !text.empty() && id < RankTable::kMaxRanks && tokens.add(text, id);
    }
    if (type == PieceFile::kByte) {
      uint8_t byte = 0;
      if (text.size() != 6 || std::from_chars(&text[3], &text[5], byte, 16).ptr != &text[5]) {
        return false;
      }
      bytes[byte] = static_cast<int32_t>(id);
      return true;
    }
    return type == PieceFile::kUnknown || type == PieceFile::kControl;
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
  const auto file = PieceFile::read(model);
  if (!file || !file->plain()) return std::nullopt;
  for (const PieceFile::Piece& piece : file->pieces) {
    if (!pieces.add(piece)) return std::nullopt;
  }
  if (!pieces.complete()) return std::nullopt;
  return PlainPieces(std::move(pieces), file->dummy_prefix);
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

size_t PlainPieces::length_in(std::string_view text, size_t at, std::string_view piece,
                              bool marked) {
  const size_t begin = at;
  for (size_t in = 0; in < piece.size();) {
    const size_t size = character_bytes(piece[in]);
    const bool space = piece.substr(in, size) == kSpace && at < text.size() && text[at] == ' ';
    const bool put_in_front = marked && in == 0;
    if (!put_in_front) at += space ? 1 : size;
    in += size;
  }
  return at - begin;
}

std::vector<ByteSpan> PlainPieces::offsets(std::string_view text,
                                           std::span<const int32_t> ids) const {
  std::vector<ByteSpan> spans;
  size_t at = 0;
  for (const int32_t id : ids) {
    const auto piece = tokens_.bytes_of(static_cast<uint32_t>(id));
    const bool marked = spans.empty() && dummy_prefix_;
    const size_t end = at + (piece ? length_in(text, at, *piece, marked) : 1);
    // The space in front stands for the first character.
    spans.push_back({at, marked ? std::max(end, first_character(text)) : end});
    at = end;
  }
  return spans;
}

}  // namespace twofold
