#pragma once
// Evaluators that every run has beside its validation: those of the program.

#include <memory>
#include <vector>

#include "twofold/eval/registration.h"

namespace twofold {

/// One of each that the program has registered.
std::vector<std::unique_ptr<Evaluator>> make_registered_evaluators();

}  // namespace twofold
