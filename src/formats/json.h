#pragma once
// The JSON parser of every reader here: strict, bounded in depth; each fault is reported with its
// place.

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

/// For each key of the top-level object, the byte offset right behind the key in the text.
using KeyOffsets = std::map<std::string, size_t>;

/// Parses one JSON value (RFC 8259; UTF-8, surrounded by white space only). Throws an Error with
/// `file`:line and the byte for: bad syntax, bytes that are not UTF-8, a key that occurs twice in
/// one object, nesting beyond kMaxJsonDepth. Fills `offsets`, if given.
nlohmann::json parse_json(std::string_view text, const std::string& file,
                          KeyOffsets* offsets = nullptr);

/// Parses one line of JSON Lines, which must be an object. `where` names the line in errors; they
/// add the byte within the line.
nlohmann::json parse_json_line(std::string_view line, const std::string& where);
/// The same as Python's json.loads() would have it: keys in the order in which they are written,
/// and an Error for an integer that only a float could hold.
nlohmann::ordered_json parse_ordered_json_line(std::string_view line, const std::string& where);

/// The value of an integer that fits an int64; none for anything else.
std::optional<int64_t> integer_of(const nlohmann::json& value);

/// `text` as errors show it: control and non-ASCII bytes as "?", a long text cut off with an
/// ellipsis.
std::string printable(std::string_view text, size_t limit = 120);

}  // namespace twofold::formats
