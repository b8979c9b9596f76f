#pragma once
// Reads a run's results folder, and what is new in it later.

#include <map>

#include "report/read/growing_file.h"
#include "report/run_data.h"

namespace twofold::report {

class RunReader {
 public:
  /// Throws an Error if `results` is not the folder of a run that has begun.
  RunReader(std::string name, Path results);

  /// Reads what is new. Returns whether anything was.
  bool refresh();
  const RunData& data() const { return data_; }
  RunData& data() { return data_; }

 private:
  bool read_lines();
  bool changed(const char* file);

  Path results_;
  RunData data_;
  GrowingFile metrics_, timing_, samples_, log_;
  /// Of small files that are read whole: size and time of change when they were.
  std::map<std::string, std::pair<uintmax_t, int64_t>> stamps_;
};

}  // namespace twofold::report
