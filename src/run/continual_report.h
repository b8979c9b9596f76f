#pragma once
// What a run on several tasks in turn learned and forgot: continual.json, and a table for people.

#include "run/plan/run_plan.h"
#include "run/state.h"
#include "twofold/observer.h"

namespace twofold {

inline constexpr const char* kContinualFile = "continual.json";

/// Writes continual.json into the results folder.
void write_continual(const Path& results, const RunPlan& plan, const TrainState& state);

/// What training taught and what was forgotten of each task, with the intervals that say so; the
/// metrics are the table's note.
Table continual_table(const RunPlan& plan, const TrainState& state);

}  // namespace twofold
