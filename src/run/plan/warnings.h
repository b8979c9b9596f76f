#pragma once
// What is unusual in a run's plan, with numbers: a run may be meant so, and goes on.

#include <string>
#include <vector>

#include "run/plan/data_rows.h"
#include "run/plan/run_plan.h"
#include "run/run_config.h"

namespace twofold {

/// What a plan's data are looked at with.
struct PlannedData {
  Path root = {};        ///< the folder of the datasets
  const DataRows& rows;  ///< empty: nothing is known of them
  DataNeeds needs = {};
};

/// One line each: rates far from those that others found good, schedules whose rate never falls,
/// datasets that are gone through often, validation data that cannot tell 1 %, and data of phase 2
/// that phase 1 has had.
std::vector<std::string> plan_warnings(const RunConfig& config, const RunPlan& plan,
                                       const PlannedData& data);

}  // namespace twofold
