#pragma once
// What to say about an entry that selects nothing.

#include "base/error.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// A Problem for an entry of `key` (target_modules, …) that no leaf's path contains, with near
/// names.
Problem selects_nothing(const ParameterTree& parameters, const std::string& text,
                        const std::string& key);
/// "adaptable leaves are for example blocks/0/attn/q_proj/kernel, …".
std::string adaptable_examples(const ParameterTree& parameters);

}  // namespace twofold
