#pragma once
// A program's own evaluators.

#include <functional>
#include <memory>

#include "twofold/evaluator.h"

namespace twofold {

/// Each run from here on makes one for itself, beside its validation, in all phases.
void register_evaluator(std::function<std::unique_ptr<Evaluator>()> make);

}  // namespace twofold
