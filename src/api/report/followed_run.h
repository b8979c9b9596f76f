#pragma once
// A run of which a page is made: its results, its checkpoints, the rows behind its largest losses.

#include <string>
#include <vector>

#include "report/read/run_reader.h"
#include "twofold/execution_spec.h"

namespace twofold {

class FollowedRun {
 public:
  /// Throws an Error if the run has not begun. `name`: what the page calls it.
  FollowedRun(const ExecutionSpec& spec, std::string name);

  /// Reads what is new. Returns whether anything was.
  bool refresh();
  /// Everything that is known now. The rows are looked for once, when the run has finished or if
  /// `with_rows`: that reads the data.
  const report::RunData& gather(bool with_rows);

 private:
  ExecutionSpec spec_;
  report::RunReader reader_;
  bool rows_known_ = false;
};

/// Each run once. Runs of the same name are called PROJECT/GROUP/NAME, or by their folders where
/// that is the same too. Throws an Error if one has not begun.
std::vector<FollowedRun> follow(const std::vector<ExecutionSpec>& runs);

}  // namespace twofold
