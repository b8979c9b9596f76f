#include "tokenizer/bpe/rank_file.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "formats/file_kind.h"
#include "tokenizer/bpe/byte_alphabet.h"

namespace twofold {
namespace {

/// Goes through a text line by line, and reports faults with the line's number.
class Lines {
 public:
  Lines(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++number_;
    return true;
  }

  [[noreturn]] void refuse(std::string what, std::string expected, std::string_view found) const {
    std::string shown(found.substr(0, 60));
    for (char& c : shown) {
      if (c < 0x20 || c >= 0x7f) c = '?';
    }
    fail({.what = std::move(what),
          .where = fmt::format("{}:{}", file_, number_),
          .expected = std::move(expected),
          .found = fmt::format("`{}`", shown),
          .hint = "tokenizer/file must be a tiktoken rank file or GPT-2's vocab.bpe"});
  }

  void add(RankTable& table, std::string_view bytes, uint32_t rank, std::string_view line) const {
    if (!table.add(bytes, rank)) refuse("token or rank given twice", "each once", line);
  }

 private:
  std::string_view rest_;
  const std::string& file_;
  size_t number_ = 0;
};

std::array<int8_t, 256> base64_values() {
  std::array<int8_t, 256> values;
  values.fill(-1);
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<uint8_t>(kDigits[i])] = static_cast<int8_t>(i);
  }
  return values;
}

/// Bytes of padded base64 (RFC 4648); false if it is not that.
bool decode_base64(std::string_view text, std::string& bytes) {
  static const std::array<int8_t, 256> values = base64_values();
  bytes.clear();
  if (text.empty() || text.size() % 4 != 0) return false;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  uint32_t bits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool padded = i + padding >= text.size();
    const int value = padded ? 0 : values[static_cast<uint8_t>(text[i])];
    if (value < 0) return false;
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (i % 4 == 3) {
      for (int shift : {16, 8, 0}) bytes.push_back(static_cast<char>(bits >> shift & 0xFF));
      bits = 0;
    }
  }
  bytes.resize(bytes.size() - padding);
  return true;
}

RankTable parse_rank_lines(Lines lines) {
  RankTable table;
  std::string_view line;
  std::string bytes;
  while (lines.next(line)) {
    if (line.empty()) continue;
    const size_t space = line.find(' ');
    const std::string_view number = space == line.npos ? "" : line.substr(space + 1);
    uint32_t rank = 0;
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, rank);
    if (!decode_base64(line.substr(0, space), bytes) || number.empty() || error != std::errc() ||
        stop != end) {
      lines.refuse("not a line of a rank file", "base64 of a token, a space, its rank", line);
    }
    if (rank >= RankTable::kMaxRanks) {
      lines.refuse("rank is too large", fmt::format("ranks below {}", RankTable::kMaxRanks), line);
    }
    lines.add(table, bytes, rank, line);
  }
  return table;
}

RankTable parse_merges(Lines lines) {
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  RankTable table;
  for (uint32_t i = 0; i < alphabet.order().size(); ++i) table.add({&alphabet.order()[i], 1}, i);
  std::string_view line;
  std::string left, right;
  lines.next(line);  // the version
  while (lines.next(line)) {
    if (line.empty()) continue;
    left.clear();
    right.clear();
    const size_t space = line.find(' ');
    if (space == line.npos || !alphabet.read(line.substr(0, space), left) ||
        !alphabet.read(line.substr(space + 1), right) || left.empty() || right.empty()) {
      lines.refuse("not a line of vocab.bpe", "two parts in GPT-2's alphabet, a space between",
                   line);
    }
    if (table.find(left) == RankTable::kNone || table.find(right) == RankTable::kNone) {
      lines.refuse("merge of a token that is not there yet", "merges in order", line);
    }
    lines.add(table, left + right, table.end(), line);
  }
  return table;
}

}  // namespace

RankTable parse_ranks(std::string_view text, const std::string& file) {
  RankTable table = text.starts_with("#version") ? parse_merges(Lines(text, file))
                                                 : parse_rank_lines(Lines(text, file));
  for (int b = 0; b < 256; ++b) {
    const char byte = static_cast<char>(b);
    if (table.find({&byte, 1}) != RankTable::kNone) continue;
    fail({.what = "vocabulary lacks a single byte",
          .where = file,
          .expected = "a token for each of the 256 bytes",
          .found = fmt::format("none for byte 0x{:02X}; {} tokens", b, table.size()),
          .hint = "the file is incomplete, or is not a rank file"});
  }
  return table;
}

RankTable read_ranks(const Path& path) {
  const std::string text = read_text(path);
  formats::refuse_known_kind(text, path.string(), "a tiktoken rank file, or GPT-2's vocab.bpe");
  return parse_ranks(text, path.string());
}

}  // namespace twofold
