#pragma once
// What a run learned and forgot: continual.json, and for people.

#include <map>
#include <string>

#include "run/plan/run_plan.h"
#include "run/state.h"
#include "twofold/observer.h"

namespace twofold {

inline constexpr const char* kContinualFile = "continual.json";

/// Writes continual.json into the results folder.
void write_continual(const Path& results, const RunPlan& plan, const TrainState& state);

/// Of each dataset: whether it was learned or forgotten from one boundary to another, or is
/// unchanged. None where there is no interval that says so.
std::map<std::string, std::string> verdicts(const RunPlan& plan, const TrainState& state,
                                            const std::string& from, const std::string& to);

/// What training taught and what was forgotten of each task, with the intervals that say so; the
/// metrics are the table's note.
Table continual_table(const RunPlan& plan, const TrainState& state);

}  // namespace twofold
