#pragma once
// What adapters will be made of, before any are: for checks, the plan and its tables.

#include <vector>

#include "config/checks.h"
#include "run/plan/run_plan.h"
#include "run/run_config.h"

namespace twofold {

/// Has `checks` look for targets that name no parameter. Settings that decide which parameters
/// there are must be sound for that: the caller has found them so.
void check_targets(const RunConfig& config, config::Checks& checks);

AdapterPlan plan_adapters(const Model& model, const LoRAConfig& lora);

/// Which target selects what, and how many parameters that trains.
Table adapted_tensors(const Model& model, const LoRAConfig& lora);

}  // namespace twofold
