#pragma once
// Giving a run more to do than it had: larger budgets, more stages, where the past stays as it was.

#include "job/run_plan.h"
#include "optim/schedule.h"
#include "train/run_state.h"

namespace twofold {

/// Throws an Error with the reason unless a run that stands at `progress` under `saved` would stand
/// at exactly the same point under `now`: same stages behind it, same mixtures, same learning
/// rates.
void check_extension(const RunPlan& saved, const RunPlan& now, const ScheduleConfig& schedule,
                     double adapter_lr, const RunState& progress);

}  // namespace twofold
