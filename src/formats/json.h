#pragma once
// JSON as every reader here wants it: strict, bounded in depth, with the place of each fault.

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace twofold::formats {

/// How deeply arrays and objects may nest.
inline constexpr size_t kMaxJsonDepth = 128;

/// For each key of the top-level object, the byte of the text at which its value is awaited.
using KeyOffsets = std::map<std::string, size_t>;

/// Parses one JSON value (RFC 8259; UTF-8, surrounded by white space only). Throws an Error with
/// `file`:line and the byte for: bad syntax, bytes that are not UTF-8, a key that occurs twice in
/// one object, nesting beyond kMaxJsonDepth. Fills `offsets`, if given.
nlohmann::json parse_json(std::string_view text, const std::string& file,
                          KeyOffsets* offsets = nullptr);

/// The object on one of many lines: `where` names the line in errors, which add the byte of it.
nlohmann::json parse_json_line(std::string_view line, const std::string& where);

/// The number of an integer that fits; none for any other value.
std::optional<int64_t> integer_of(const nlohmann::json& value);

/// `text` for an error: control and non-ASCII bytes as "?", long ones cut with an ellipsis.
std::string printable(std::string_view text, size_t limit = 120);

}  // namespace twofold::formats
