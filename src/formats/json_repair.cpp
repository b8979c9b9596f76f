#include "formats/json_repair.h"

#include <charconv>
#include <cstdint>
#include <optional>

#include "unicode/utf8.h"

namespace twofold::formats {
namespace {

constexpr size_t kEscape = 6;  // bytes of \uXXXX

/// What the escape \uXXXX at `at` stands for.
std::optional<uint32_t> escape_at(std::string_view text, size_t at) {
  if (at + kEscape > text.size() || text.substr(at, 2) != "\\u") return std::nullopt;
  uint32_t unit = 0;
  const char* end = text.data() + at + kEscape;
  const auto [stop, error] = std::from_chars(text.data() + at + 2, end, unit, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return unit;
}

bool is_high(std::optional<uint32_t> unit) { return unit && *unit >= 0xD800 && *unit < 0xDC00; }
bool is_low(std::optional<uint32_t> unit) { return unit && *unit >= 0xDC00 && *unit < 0xE000; }

}  // namespace

std::string repair_json(std::string_view text) {
  std::string repaired = repair_utf8(text);
  for (size_t at = repaired.find('\\'); at < repaired.size(); at = repaired.find('\\', at)) {
    const auto unit = escape_at(repaired, at);
    const bool pair = is_high(unit) && is_low(escape_at(repaired, at + kEscape));
    if (!pair && (is_high(unit) || is_low(unit))) repaired.replace(at, kEscape, "\\ufffd");
    at += pair ? 2 * kEscape : 2;  // two bytes: an escaped backslash begins no escape
  }
  return repaired;
}

}  // namespace twofold::formats
