#pragma once
// Turns the standard library's exceptions about files and memory into problems, so that they are
// reported like any other fault of the input.

#include <twofold/error.h>

#include <exception>
#include <optional>

/// The problem behind an exception that the machine caused; empty if the exception is a bug of
/// ours.
std::optional<twofold::Problem> machine_problem(const std::exception& fault);
