#pragma once
// The command line as a whole: finds the command, fills its options, runs it.

#include <vector>

#include "cli/command.h"

/// Returns the exit code: that of --help, or 0 once the command has run. Throws what the command
/// throws, and a twofold::Error for an invalid command line.
int run_command_line(const std::vector<Command>& commands, int argc, char** argv);
