#pragma once
// A PEFT configuration in the words of `optimization/lora/*`.

#include <map>
#include <set>
#include <string>

#include "interop/peft/config.h"
#include "twofold/lora/config.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// What the configuration means for each of our leaves.
struct PeftLeaves {
  std::map<std::string, int64_t> ranks;  ///< of the adapted leaves
  std::map<std::string, double> alphas;
  std::set<std::string> saved;  ///< trained whole as modules_to_save
  RowIds rows;                  ///< of tables, trained while the others are frozen
};

/// Settings that select exactly these leaves with these ranks and alphas.
LoRAConfig settings_of(const PeftConfig& config, const PeftLeaves& leaves,
                       const ParameterTree& parameters);

}  // namespace twofold
