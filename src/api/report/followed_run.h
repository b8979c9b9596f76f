#pragma once
// A run of which a page is made: its results, its checkpoints, the rows behind its largest losses.

#include "report/read/run_reader.h"
#include "twofold/execution_spec.h"

namespace twofold {

class FollowedRun {
 public:
  /// Throws an Error if the run has not begun.
  explicit FollowedRun(const ExecutionSpec& spec);

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

}  // namespace twofold
