#pragma once
// Repairs JSON that another program wrote carelessly.

#include <string>
#include <string_view>

namespace twofold::formats {

/// `text` with U+FFFD in place of bytes that are not UTF-8, and of each escape (\ud800) of half a
/// surrogate pair without its other half: RFC 8259 allows it, but it encodes no character.
std::string repair_json(std::string_view text);

}  // namespace twofold::formats
