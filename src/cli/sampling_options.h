#pragma once
// How a text goes on: the options of generate and chat.

#include <twofold/model.h>

#include <vector>

#include "cli/command.h"

std::vector<Option> sampling_options(twofold::GenerateRequest& to);
