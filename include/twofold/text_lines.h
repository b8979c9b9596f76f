#pragma once
// Reads the lines of a text file.

#include <filesystem>
#include <string>
#include <vector>

namespace twofold {

/// The lines of `file` without their ends ("\n" or "\r\n") and without a byte order mark. Throws an
/// Error for a file that is not text in UTF-8: with the line and the byte, or with what it is.
std::vector<std::string> read_lines(const std::filesystem::path& file);

}  // namespace twofold
