#pragma once
// Letters of ASCII.

#include <string>

namespace twofold {

/// The text with its capital letters as small ones; what is beyond ASCII stays.
std::string ascii_lower(std::string text);

}  // namespace twofold
