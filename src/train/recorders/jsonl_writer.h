#pragma once
// A file of JSON lines that a resumed run cuts back to its checkpoint, so that no line is missing
// and none is repeated.

#include <nlohmann/json.hpp>
#include <optional>

#include "base/files.h"

namespace twofold {

/// One JSON object a line. Lines reach the file at once, the disk when synced.
class JsonlWriter {
 public:
  /// Cuts the file to its first `keep_bytes` and appends. Returns through `lost` whether the file
  /// was shorter than that (somebody removed lines).
  static JsonlWriter continue_at(const Path& file, uint64_t keep_bytes, bool& lost);
  /// Keeps the lines whose "step" is at most `step`; a torn last line is dropped.
  static JsonlWriter continue_at_step(const Path& file, int64_t step);

  void append(const nlohmann::ordered_json& line);
  /// Syncs the whole file to disk and returns its length in bytes.
  uint64_t sync();

 private:
  explicit JsonlWriter(const Path& file);
  Path path_;
  OutputFile file_;
};

}  // namespace twofold
