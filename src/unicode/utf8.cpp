#include "unicode/utf8.h"

#include <cstdint>
#include <cstring>

namespace twofold {
namespace {

/// What follows a lead byte: how many bytes in all, and the range of the second one.
struct Lead {
  size_t bytes = 0;  // 0: cannot lead
  uint8_t low = 0x80;
  uint8_t high = 0xBF;
};

Lead lead_of(uint8_t byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xC2) return {0};
  if (byte < 0xE0) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};  // no overlong forms
  if (byte == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (byte < 0xF0) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};  // nothing above U+10FFFF
  return {0};
}

/// Reads one character at the start of `text`. Returns its bytes, or those of the ill-formed part.
size_t read_character(std::string_view text, bool& valid) {
  auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const Lead lead = lead_of(at(0));
  valid = lead.bytes != 0;
  if (lead.bytes <= 1) return 1;
  for (size_t i = 1; i < lead.bytes; ++i) {
    const uint8_t low = i == 1 ? lead.low : 0x80;
    const uint8_t high = i == 1 ? lead.high : 0xBF;
    if (i == text.size() || at(i) < low || at(i) > high) {
      valid = false;
      return i;
    }
  }
  return lead.bytes;
}

}  // namespace

size_t skip_ascii(std::string_view text, size_t at) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  while (at < text.size() && static_cast<uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

size_t valid_utf8_prefix(std::string_view text) {
  size_t at = 0;
  while ((at = skip_ascii(text, at)) < text.size()) {
    bool valid = false;
    const size_t bytes = read_character(text.substr(at), valid);
    if (!valid) return at;
    at += bytes;
  }
  return at;
}

std::string repair_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (!text.empty()) {
    const size_t valid_bytes = valid_utf8_prefix(text);
    repaired.append(text.substr(0, valid_bytes));
    text.remove_prefix(valid_bytes);
    if (text.empty()) break;
    bool valid = false;
    text.remove_prefix(read_character(text, valid));
    repaired += "\uFFFD";
  }
  return repaired;
}

std::string_view as_utf8(std::string_view text, std::string& storage) {
  if (valid_utf8_prefix(text) == text.size()) return text;
  storage = repair_utf8(text);
  return storage;
}

}  // namespace twofold
