#pragma once
// Giving a run more to do than it had: larger budgets, more stages, where the past stays as it was.

#include "run/plan/run_plan.h"
#include "twofold/train/run_state.h"

namespace twofold {

/// Throws an Error with the reason unless a run that stands at `progress` under `saved` would stand
/// at the same point under `now`: the same stages behind it, with the same mixtures.
void check_stages_kept(const RunPlan& saved, const RunPlan& now, const RunState& progress);

/// The same for the learning rates it has used, where the schedules' settings are the same.
void check_rates_kept(const RunPlan& saved, const RunPlan& now, const RunState& progress);

}  // namespace twofold
