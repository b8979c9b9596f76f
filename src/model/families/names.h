#pragma once
// The names of a model's parameters, which can be known even if its sizes are invalid.

#include <memory>
#include <string>
#include <vector>

#include "twofold/model/config.h"
#include "twofold/model/model.h"

namespace twofold {

/// The keys that decide which parameters a model of this family has: the number of blocks, and
/// every switch (biases, norms, tied tables).
std::vector<std::string> naming_keys(ModelConfig& config);

/// A model of the family's default sizes that has the same parameters, by name, as a model of
/// `config`. Reads only the naming keys of `config`.
std::unique_ptr<Model> build_usual_sizes(ModelConfig& config);

}  // namespace twofold
