#pragma once
// Which model a command uses: MODEL [ROOT], and the options that select a run's checkpoint.

#include <twofold/model.h>

#include "cli/command.h"

/// --device, for commands that compute.
Option device_option(std::string& device);
/// --dtype, for commands that score.
Option dtype_option(std::string& dtype);

/// The options that fill `source`, followed by `others`.
std::vector<Option> with_model(twofold::ModelSource& source, const std::vector<Option>& others);
