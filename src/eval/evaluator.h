#pragma once
// The evaluators that a program has registered, which every run has in addition to validation.

#include <memory>
#include <vector>

#include "twofold/eval/registration.h"

namespace twofold {

/// One new evaluator of each kind that the program has registered.
std::vector<std::unique_ptr<Evaluator>> make_registered_evaluators();

}  // namespace twofold
