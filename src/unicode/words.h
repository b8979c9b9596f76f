#pragma once
// White space around and between the words of a text (valid UTF-8), as Python's str has it.

#include <string>
#include <string_view>
#include <vector>

namespace twofold {

std::string_view without_spaces_behind(std::string_view text);  ///< rstrip()
std::string_view without_spaces_around(std::string_view text);  ///< strip()
std::vector<std::string> words_of(std::string_view text);       ///< split()

}  // namespace twofold
