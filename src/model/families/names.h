#pragma once
// The names of a model's parameters, which may be known though its sizes are at fault.

#include <memory>
#include <string>
#include <vector>

#include "twofold/model/config.h"
#include "twofold/model/model.h"

namespace twofold {

/// The keys that decide which parameters a model of this family has: the number of blocks, and
/// every switch (biases, norms, tied tables).
std::vector<std::string> naming_keys(ModelConfig& config);

/// A model of the family's usual sizes, of whose parameters there are the same, by the same names,
/// as `config` asks for. Of `config` it reads the naming keys only.
std::unique_ptr<Model> build_usual_sizes(ModelConfig& config);

}  // namespace twofold
