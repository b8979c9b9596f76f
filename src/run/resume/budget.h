#pragma once
// Extending a run with larger budgets or more stages, without changing what has been trained
// already.

#include "run/plan/run_plan.h"
#include "twofold/train/run_state.h"

namespace twofold {

/// Throws an Error with the reason unless a run that is at `progress` under the plan `saved` would
/// be at the same point under the plan `now`: the same stages completed, with the same mixtures.
void check_stages_kept(const RunPlan& saved, const RunPlan& now, const RunState& progress);

/// The same for the learning rates that the run has used, given that the schedules' settings are
/// equal.
void check_rates_kept(const RunPlan& saved, const RunPlan& now, const RunState& progress);

}  // namespace twofold
