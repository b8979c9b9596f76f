#pragma once
// Texts as JSON strings, for rows of tables. Header only: the Parquet component links nothing.

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace twofold::records {

/// Appends `text` as a JSON string; bytes that are not UTF-8 stay what they are.
inline void append_json_string(std::string& json, std::string_view text) {
  json += '"';
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      json += {'\\', letter};
    } else if (static_cast<unsigned char>(letter) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<int>(letter));
    } else {
      json += letter;
    }
  }
  json += '"';
}

}  // namespace twofold::records
