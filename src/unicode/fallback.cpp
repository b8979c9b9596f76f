#include "unicode/fallback.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "unicode/fallback_table.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

/// A character's code without its lowest six bits, which are its last byte's, is looked up first:
/// almost no text has a character of a group that holds newer ones.
constexpr size_t kGroups = 0x110000 >> 6;

constexpr std::array<bool, kGroups> groups_with_newer() {
  std::array<bool, kGroups> groups{};
  for (const UnicodeFallback& run : kUnicodeFallbacks) {
    for (uint32_t group = run.first >> 6; group <= run.last >> 6; ++group) groups[group] = true;
  }
  return groups;
}

constexpr std::array<bool, kGroups> kHasNewer = groups_with_newer();

/// The run that has `code`, or null.
const UnicodeFallback* find_run(uint32_t code) {
  const UnicodeFallback* run =
      std::lower_bound(std::begin(kUnicodeFallbacks), std::end(kUnicodeFallbacks), code,
                       [](const UnicodeFallback& at, uint32_t c) { return at.last < c; });
  return run != std::end(kUnicodeFallbacks) && code >= run->first ? run : nullptr;
}

struct Found {
  size_t at, bytes;
  uint32_t older;
};

/// The first newer character of `text` at or after byte `at`; `bytes` is 0 if there is none.
Found find_newer(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto low_bits = [&](size_t i) { return byte(i) & 0x3Fu; };
  while ((at = skip_ascii(text, at)) < text.size()) {
    const uint8_t lead = byte(at);
    const size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (bytes > 2) {
      const uint32_t group = bytes == 3
                                 ? (lead & 0x0Fu) << 6 | low_bits(at + 1)
                                 : (lead & 0x07u) << 12 | low_bits(at + 1) << 6 | low_bits(at + 2);
      if (kHasNewer[group]) {
        const UnicodeFallback* run = find_run(group << 6 | low_bits(at + bytes - 1));
        if (run) return {at, bytes, run->older};
      }
    }
    at += bytes;
  }
  return {at, 0, 0};
}

void put(std::string& text, const Found& found) {
  uint32_t code = found.older;
  for (size_t i = found.bytes - 1; i > 0; --i, code >>= 6) {
    text[found.at + i] = static_cast<char>(0x80 | (code & 0x3F));
  }
  text[found.at] = static_cast<char>((found.bytes == 3 ? 0xE0 : 0xF0) | code);
}

}  // namespace

std::string_view with_older_characters(std::string_view text, std::string& storage) {
  Found found = find_newer(text, 0);
  if (found.bytes == 0) return text;
  storage = text;
  for (; found.bytes > 0; found = find_newer(text, found.at + found.bytes)) put(storage, found);
  return storage;
}

}  // namespace twofold
