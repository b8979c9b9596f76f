#pragma once
// A run's state as JSON, the contents of state.json.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "twofold/train/run_state.h"

namespace twofold {

nlohmann::json state_to_json(const RunState& state);
/// Throws an Error naming `file` and the field if something is missing or of the wrong type.
RunState state_from_json(const nlohmann::json& json, const std::string& file);

}  // namespace twofold
