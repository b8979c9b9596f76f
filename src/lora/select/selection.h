#pragma once
// Which leaves phase 2 trains, how, and with how many parameters: everything that follows from the
// settings and the shapes alone.

#include "twofold/lora/adapter.h"

namespace twofold {

/// Does not complain about entries that select nothing: match_targets does. Keeps references to
/// both.
Selection select_leaves(const ParameterTree& parameters, const LoRAConfig& config);

/// The activations that a leaf multiplies, and of which its adapter may see a part (dropout); 0 for
/// a table, which is looked up.
int64_t inputs_of(const Parameter& leaf);
/// The outputs of an adapted leaf: columns, but a head's rows.
int64_t outputs_of(const Parameter& leaf);

/// Elements of the tensors that a variant has at a site: trained or not.
int64_t elements(const Variant& variant, const Site& site, bool trained);

/// Of `config.trained_tokens`, those of tables that are not trained whole.
RowIds rows_trained_apart(const ParameterTree& parameters, const LoRAConfig& config);

/// What phase 2 takes.
struct AdapterSizes {
  int64_t trained = 0;      ///< elements
  int64_t constants = 0;    ///< elements that the adapters have besides; shared ones once
  int64_t activations = 0;  ///< elements a token, kept for the backward pass
};
AdapterSizes adapter_sizes(const ParameterTree& parameters, const LoRAConfig& config);

/// What is trained beside the targets, a line each: the variant's name and the tensors' shapes.
struct TrainedBeside {
  std::string name;
  std::vector<std::vector<int64_t>> shapes;
};
std::vector<TrainedBeside> trained_beside_targets(const ParameterTree& parameters,
                                                  const LoRAConfig& config);

/// Everything wrong with `config` for these leaves apart from target_modules: entries that select
/// nothing, blocks that are not there, combinations that mean nothing.
std::vector<Problem> selection_problems(const ParameterTree& parameters, const LoRAConfig& config);

/// The settings in a line: rank, alpha, the base's dtype, and what is not as it is by default.
std::string describe(const LoRAConfig& config);

}  // namespace twofold
