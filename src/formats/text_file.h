#pragma once
// Text that others wrote: UTF-8, or an Error that says where it is not, or what the file is
// instead.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace twofold::formats {

/// `text` without the byte order mark that some editors put at the start of UTF-8.
std::string_view without_byte_order_mark(std::string_view text);

/// The line that starts at `offset`, without its end ("\n" or "\r\n"); moves `offset` behind it.
std::string_view take_line(std::string_view text, size_t& offset);

/// Throws an Error if a file that begins with `head` cannot be text: if it is of a known kind
/// (formats/file_kind.h), or has many zero bytes.
void require_text_kind(std::string_view head, const std::string& file);

/// Where a text is from, for messages.
struct TextPlace {
  std::string file;
  int64_t line = 1;  ///< on which it begins
  size_t byte = 0;   ///< offset in the file at which it begins
};

/// Throws an Error with line and byte if `text` is not UTF-8. `more` is added to what to try.
void require_utf8(std::string_view text, const TextPlace& place, const std::string& more = "");

}  // namespace twofold::formats
