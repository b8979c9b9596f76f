#pragma once
// The files of `data/source`.

#include <cstdint>
#include <string>
#include <vector>

#include "base/files.h"
#include "data/records/format.h"

namespace twofold::records {

struct SourceFile {
  std::string name;  ///< below the source: "a.txt", "sub/b.txt"
  Path path;
  int64_t bytes = 0;              ///< as it lies there
  Format format = Format::kText;  ///< never kAuto
};

struct SourceSettings {
  /// A file, a folder, a pattern (`*`, `?`, `[…]`), or several of these: `{a.jsonl,b/*.csv}`.
  std::string source = {};
  Format format = Format::kAuto;
  /// The folder of that name below the source, as configurations on the Hub are kept; empty: none.
  std::string config = {};
  /// Where files of a folder are named after splits (train, test, …): the one to take, or "all".
  std::string split = "all";
};

/// Every file of the source; those of a folder (also below others) sorted by path, without hidden
/// ones (.git). Throws an Error that names the path if something is neither file nor folder, a
/// link leads nowhere or to a folder that was read already, a pattern fits nothing, or a file is
/// not what its format says.
std::vector<SourceFile> find_files(const SourceSettings& settings);

/// The parts of `source`, without their braces.
std::vector<std::string> expand_braces(const std::string& source);

}  // namespace twofold::records
