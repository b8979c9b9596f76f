#include "base/folders.h"

#include <algorithm>

#include "base/descriptor.h"

namespace twofold {

namespace fs = std::filesystem;

void make_folders(const Path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail_io("create folder", folder, error.value());
}

PathKind kind_of(const Path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  switch (status.type()) {
    case fs::file_type::not_found:
      return PathKind::kNothing;
    case fs::file_type::regular:
      return PathKind::kFile;
    case fs::file_type::directory:
      return PathKind::kFolder;
    case fs::file_type::none:
    case fs::file_type::unknown:
      fail_io("look at", path, error.value());
    default:
      return PathKind::kOther;
  }
}

std::vector<Path> entries_in(const Path& folder) {
  std::error_code error;
  std::vector<Path> paths;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    paths.push_back(entry->path());
  }
  if (error) fail_io("list", folder, error.value());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace twofold
