#pragma once
// Text that is not quite UTF-8 is repaired once, before anything looks at its characters.

#include <string>
#include <string_view>

namespace twofold {

/// The offset of the first byte of `text` at or after `at` that is not ASCII; text.size() if there
/// is none.
size_t skip_ascii(std::string_view text, size_t at);

/// Whether byte `at` of well-formed UTF-8 is one of a character that began before it.
inline bool inside_character(std::string_view text, size_t at) {
  return at < text.size() && (text[at] & 0xC0) == 0x80;
}

/// Length in bytes of the longest prefix of `text` that is well-formed UTF-8 (Unicode 15, table
/// 3-7).
size_t valid_utf8_prefix(std::string_view text);

/// `text` with each maximal ill-formed part replaced by U+FFFD, as Python's
/// bytes.decode("utf-8", "replace") and the Unicode standard do.
std::string repair_utf8(std::string_view text);

/// `text`, or its repaired copy kept in `storage` if it is not UTF-8.
std::string_view as_utf8(std::string_view text, std::string& storage);

}  // namespace twofold
