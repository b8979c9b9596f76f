#pragma once
// Files of a folder, read.

#include <map>
#include <string>

namespace twofold {

/// Whole files, by their path below the folder that they are in.
using FileTexts = std::map<std::string, std::string>;

}  // namespace twofold
