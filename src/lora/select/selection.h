#pragma once
// Which leaves phase 2 trains, how, and with how many parameters: everything that follows from the
// settings and the shapes alone.

#include "lora/lora.h"

namespace twofold {

struct SelectedLeaf {
  size_t index = 0;    ///< in the tree
  bool whole = false;  ///< trained itself (modules_to_save, bias) instead of being adapted
  int64_t rank = 0;    ///< of its adapter, and so on; 0: it has none
  double scale = 0;
  bool dora = false;
  std::vector<int64_t> rows = {};  ///< of a table, trained apart from it

  bool adapted() const { return rank > 0; }
};

/// In the tree's order. Does not complain about entries that select nothing: match_targets does.
std::vector<SelectedLeaf> select_leaves(const ParameterTree& parameters, const LoRAConfig& config);

/// The activations that a leaf multiplies, and of which its adapter may see a part (dropout); 0 for
/// a table, which is looked up.
int64_t inputs_of(const Parameter& leaf);
/// The outputs of an adapted leaf, each with a magnitude of its own (DoRA): columns, but a head's
/// rows.
int64_t outputs_of(const Parameter& leaf);
/// The lengths of W + scale·A·B at each of them.
at::Tensor output_norms(const std::string& path, const at::Tensor& W, const LowRank& term);
/// What phase 2 trains at the leaf: of its adapter alone, and in all.
int64_t adapter_parameters(const Parameter& leaf, const SelectedLeaf& selected);
int64_t trained_parameters(const Parameter& leaf, const SelectedLeaf& selected);

/// Everything wrong with `config` for these leaves apart from target_modules: entries that select
/// nothing, blocks that are not there, combinations that mean nothing.
std::vector<Problem> selection_problems(const ParameterTree& parameters, const LoRAConfig& config);

}  // namespace twofold
