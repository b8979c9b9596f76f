#pragma once
// The standard library's exceptions about files and memory: what they mean is told like any other
// fault of the input.

#include <twofold/error.h>

#include <exception>
#include <optional>

/// The problem behind an exception that is the machine's doing; none for a bug of ours.
std::optional<twofold::Problem> machine_problem(const std::exception& fault);
