#pragma once
// How the logs of a run are opened with the programs that they are for.

#include "train/recorders/recorder.h"
#include "twofold/execution_spec.h"

namespace twofold {

/// A line for each log that is chosen: the command that shows it. `run` as far as it is known: a
/// plan has no name, and perhaps no `root` either.
Table logs_table(const RecorderChoice& choice, ExecutionSpec run, const Path& root);

}  // namespace twofold
