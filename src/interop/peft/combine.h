#pragma once
// Several adapters of one model as one, as PEFT's add_weighted_adapter makes them.

#include "interop/peft/merge.h"

namespace twofold {

struct Combination {
  std::vector<WeightedFolder> adapters;
  std::string method = "cat";  ///< linear, cat, svd
  int64_t rank = 0;            ///< of svd; 0: the largest of the adapters'
};
std::vector<std::string> combination_methods();

/// The adapters, each times its weight, as one of scale 1. `cat` is their exact sum, its rank the
/// sum of theirs; `svd` the nearest adapter of the wanted rank to that sum; `linear` adds the A's
/// and the B's separately, which is quick and small but not the sum. A leaf that only some of the
/// adapters adapt is combined from those. Throws an Error for an unknown method, for what is no sum
/// of products (DoRA, modules or biases trained whole) and, with `linear`, for different ranks; and
/// as read_peft_folder does.
PeftAdapter combine_peft_folders(const Combination& combination, const ModelConfig& config,
                                 const ParameterTree& parameters);

}  // namespace twofold
