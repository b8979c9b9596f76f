#pragma once
// Which model a command is to use: MODEL [ROOT], with the options that find a run's checkpoint.

#include <twofold/model.h>

#include "cli/command.h"

/// The options that fill `source`, followed by others.
std::vector<Option> with_model(twofold::ModelSource& source, const std::vector<Option>& others);
