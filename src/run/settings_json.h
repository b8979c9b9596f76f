#pragma once
// The settings of a run as JSON, for the logs of other programs.

#include <string>

namespace twofold {

/// The sections and settings of a config's YAML, as a JSON object.
std::string settings_json(const std::string& yaml);

}  // namespace twofold
