#pragma once
// That the data of a run are what it was trained on so far.

#include <string>

#include "run/plan/run_plan.h"
#include "twofold/execution_spec.h"
#include "twofold/observer.h"

namespace twofold {

/// Compares the data with what `state` was computed from, and notes them in it. If they have
/// changed: an Error below a run of one's own checkpoint, whose suffix is `own_checkpoint`; a
/// warning where that is empty.
void check_data(RunState& state, const RunPlan& plan, bool validation, const ExecutionSpec& spec,
                const std::string& own_checkpoint, Observer& observer);

}  // namespace twofold
