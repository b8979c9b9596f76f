#pragma once
// Folders and the look at what lies there, where each failure is an Error that names the path and
// the system's reason.

#include <string>
#include <vector>

#include "base/files.h"

namespace twofold {

/// Makes `folder` and those above it, where they are missing.
void make_folders(const Path& folder);

/// What a path leads to, links followed. An Error if that cannot be told (no permission, a name too
/// long).
enum class PathKind { kNothing, kFile, kFolder, kOther };
PathKind kind_of(const Path& path);

/// The files right inside a folder, in order of their names.
std::vector<Path> files_in(const Path& folder);

}  // namespace twofold
