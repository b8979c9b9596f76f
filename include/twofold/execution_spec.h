#pragma once
// A run's name and where its files go.

#include <filesystem>
#include <string>

namespace twofold {

/// `root` holds data/, checkpoints/ and results/.
struct ExecutionSpec {
  std::string name = {};
  std::string project = "general";
  std::string group = "default";
  std::filesystem::path root = {};

  std::filesystem::path data() const { return root / "data"; }
  std::filesystem::path checkpoints() const {
    return root / "checkpoints" / project / group / name;
  }
  std::filesystem::path results() const { return root / "results" / project / group / name; }
  /// Throws an Error unless name, project and group are valid folder names and `root` is set. The
  /// public functions that take a spec call it first.
  void validate() const;
};

}  // namespace twofold
