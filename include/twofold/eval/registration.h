#pragma once
// A program's own evaluators.

#include <functional>
#include <memory>

#include "twofold/evaluator.h"

namespace twofold {

/// Registers an evaluator. Every run that begins after this call makes one with `make` and uses it
/// in all phases, in addition to validation, unless its training/evaluate is false.
void register_evaluator(std::function<std::unique_ptr<Evaluator>()> make);

}  // namespace twofold
