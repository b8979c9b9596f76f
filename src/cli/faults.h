#pragma once
// What ends the program although no twofold::Error says so: faults of the command line, and the
// standard library's exceptions about files and memory. Told like any other fault of the input.

#include <twofold/error.h>

#include <exception>
#include <optional>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

/// A command line that `app` does not take.
twofold::Problem command_line_problem(const CLI::App& app, const CLI::ParseError& fault, int argc,
                                      char** argv);

/// The problem behind an exception that is the machine's doing; none for a bug of ours.
std::optional<twofold::Problem> machine_problem(const std::exception& fault);
