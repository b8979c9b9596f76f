#pragma once
// Evaluators that every run has beside its validation. A program adds its own before a run starts.

#include <functional>
#include <memory>
#include <vector>

#include "twofold/evaluator.h"

namespace twofold {

using MakeEvaluator = std::function<std::unique_ptr<Evaluator>()>;

/// Each run from here on makes one for itself.
void add_evaluator(MakeEvaluator make);
std::vector<std::unique_ptr<Evaluator>> make_added_evaluators();

}  // namespace twofold
