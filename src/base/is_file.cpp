#include "base/is_file.h"

#include <filesystem>

namespace twofold {

bool is_file(const Path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace twofold
