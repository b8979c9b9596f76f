#pragma once
// For files that may be there or not, where what keeps one from being seen is no matter.

#include "base/files.h"

namespace twofold {

/// Whether the path, links followed, leads to a file. False also where the system does not tell
/// (kind_of() in base/folders.h refuses then).
bool is_file(const Path& path);

}  // namespace twofold
