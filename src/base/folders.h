#pragma once
// Making folders, and finding out what lies at a path. Every failure is an Error that names the
// path and the system's reason.

#include <string>
#include <vector>

#include "base/files.h"

namespace twofold {

/// Makes `folder` and its parents, where they are missing.
void make_folders(const Path& folder);

/// What a path leads to; links are followed. Throws an Error if the system does not tell (no
/// permission, a name that is too long).
enum class PathKind { kNothing, kFile, kFolder, kOther };
PathKind kind_of(const Path& path);

/// Everything directly inside a folder, whatever its kind, sorted by name.
std::vector<Path> entries_in(const Path& folder);

}  // namespace twofold
