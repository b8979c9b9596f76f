#pragma once
// Which leaves phase 2 trains, how, and with how many parameters: everything that follows from the
// settings and the shapes alone.

#include "twofold/lora/adapter.h"

namespace twofold {

/// The leaves that `config` selects. Entries that select nothing are not reported here;
/// match_targets reports them. The result keeps references to both arguments.
Selection select_leaves(const ParameterTree& parameters, const LoRAConfig& config);

/// The width of the input that a leaf multiplies, to which its adapter may apply dropout; 0 for a
/// table, which is looked up.
int64_t inputs_of(const Parameter& leaf);
/// The width of an adapted leaf's output: its columns, or the rows of a head.
int64_t outputs_of(const Parameter& leaf);

/// The number of elements in a variant's tensors at a site: in the trained ones, or in all others.
int64_t elements(const Variant& variant, const Site& site, bool trained);

/// The entries of `config.trained_tokens` whose tables are not trained whole.
RowIds rows_trained_apart(const ParameterTree& parameters, const LoRAConfig& config);

/// How much phase 2 trains and keeps.
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
/// nothing, blocks that do not exist, combinations that make no sense.
std::vector<Problem> selection_problems(const ParameterTree& parameters, const LoRAConfig& config);

/// The settings in a line: rank, alpha, the base's dtype, and whatever differs from the defaults.
std::string describe(const LoRAConfig& config);

}  // namespace twofold
