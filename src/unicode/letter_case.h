#pragma once
// The letter case of whole texts (valid UTF-8), as Python's str has it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace twofold {

/// Adds the small form of the character `code` at byte `at` of `text`: the capital sigma at the end
/// of a word has one of its own.
void append_lower_at(std::string& out, std::string_view text, size_t at, uint32_t code);

std::string lower_text(std::string_view text);
std::string upper_text(std::string_view text);

}  // namespace twofold
