#pragma once
// What the adapters will consist of, worked out before any are made: for checks, the plan and its
// tables.

#include <vector>

#include "config/checks.h"
#include "run/plan/run_plan.h"
#include "run/run_config.h"

namespace twofold {

/// Has `checks` look for targets that select no parameter. The caller has made sure that the
/// settings which decide what parameters there are have no faults.
void check_targets(const RunConfig& config, config::Checks& checks);

AdapterPlan plan_adapters(const Model& model, const LoRAConfig& lora);

/// The leaves that each target selects, and how many parameters are trained there.
Table adapted_tensors(const Model& model, const LoRAConfig& lora);

}  // namespace twofold
