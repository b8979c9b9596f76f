#pragma once
// The files of `data/source`.

#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace twofold {

struct SourceFile {
  std::string name;  ///< below the source: "a.txt", "sub/b.txt"
  MappedFile file;

  /// Its bytes, without a byte order mark.
  std::string_view text() const;
};

/// The file `source`, or every file below that folder, sorted by path, except hidden ones (.git).
/// Throws an Error that names the path if something is neither file nor folder, a link leads
/// nowhere or to a folder that was read already, or a file is not text (formats/file_kind.h).
std::vector<SourceFile> open_source(const Path& source);

}  // namespace twofold
