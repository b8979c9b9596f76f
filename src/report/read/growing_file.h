#pragma once
// A file of lines that another process appends to, and cuts back when it resumes.

#include <fstream>
#include <functional>
#include <string>

#include "base/files.h"

namespace twofold::report {

/// Hands out complete lines, each once. It only ever reads, and never waits for the writer.
class GrowingFile {
 public:
  explicit GrowingFile(Path path) : path_(std::move(path)) {}

  /// The lines that are new. If lines that were handed out are gone or others now, `restart` is
  /// called first, and all lines are handed out again. Returns whether anything was called.
  bool read(const std::function<void()>& restart,
            const std::function<void(const std::string& line)>& line);

 private:
  bool still_there(std::ifstream& file, uint64_t size) const;

  Path path_;
  uint64_t position_ = 0;
  std::string last_;  ///< the line before `position_`, with its end
};

}  // namespace twofold::report
