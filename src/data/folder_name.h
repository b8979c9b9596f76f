#pragma once
// Names that people give to datasets and runs, and that become folders.

#include <string>

namespace twofold {

/// Throws an Error naming `where` unless `name` can be the name of one folder: UTF-8 without
/// slashes and control characters, not empty, neither . nor .., and short enough for a file system.
void require_folder_name(const std::string& name, const std::string& where);

}  // namespace twofold
