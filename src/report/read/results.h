#pragma once
// The JSON documents that a run writes at its boundaries and at its end.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/run_data.h"

namespace twofold::report {

/// continual.json; throws an Error naming `file` if it is not as the run writes it.
std::vector<Continual> continual_in(const nlohmann::json& document, const std::string& file);
/// adapter_curve.json.
AdapterCurve adapter_curve_in(const nlohmann::json& document, const std::string& file);

}  // namespace twofold::report
