#pragma once
// Checks that the data of a run are the data that it has been trained on so far.

#include <string>

#include "run/plan/run_plan.h"
#include "twofold/execution_spec.h"
#include "twofold/observer.h"

namespace twofold {

/// Compares the data with the data that `state` was computed from, and notes the new fingerprints
/// in `state`. If data have changed, throws an Error for a run that continues its own checkpoint,
/// whose suffix is `own_checkpoint`, and only warns if `own_checkpoint` is empty.
void check_data(RunState& state, const RunPlan& plan, bool validation, const ExecutionSpec& spec,
                const std::string& own_checkpoint, Observer& observer);

}  // namespace twofold
