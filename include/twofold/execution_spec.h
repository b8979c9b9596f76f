#pragma once
// Who a run is and where its files go.

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
  /// Throws an Error unless name, project and group are names of folders and there is a root:
  /// called by whatever takes a spec.
  void validate() const;
};

}  // namespace twofold
