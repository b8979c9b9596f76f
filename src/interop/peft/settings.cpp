#include "interop/peft/settings.h"

#include <algorithm>

#include "interop/peft/mapping.h"
#include "interop/peft/modules.h"
#include "lora/select/target.h"

namespace twofold {
namespace {

bool contains(const std::string& part, const std::string& path) {
  return path.find(part) != std::string::npos;
}

template <class T>
std::map<std::string, T> as_pattern(const std::map<std::string, T>& values, T common) {
  std::vector<std::string> all;
  std::map<T, std::set<std::string>> groups;
  for (const auto& [leaf, value] : values) {
    all.push_back(leaf);
    if (value != common) groups[value].insert(leaf);
  }
  std::map<std::string, T> pattern;
  for (const auto& [value, leaves] : groups) {
    for (const std::string& end : shortest_ends(all, leaves, '/', contains)) pattern[end] = value;
  }
  return pattern;
}

std::vector<std::string> targets_of(const PeftLeaves& leaves, const ParameterTree& parameters) {
  std::vector<std::string> matrices;
  std::set<std::string> adapted, dense;
  for (const Parameter& leaf : parameters.all()) {
    if (leaf.is_matrix()) matrices.push_back(leaf.path);
    if (is_dense_kernel(leaf.path)) dense.insert(leaf.path);
    if (leaves.ranks.contains(leaf.path)) adapted.insert(leaf.path);
  }
  if (adapted == dense) return {kAllLinear};
  return shortest_ends(matrices, adapted, '/', contains);
}

}  // namespace

LoRAConfig settings_of(const PeftConfig& config, const PeftLeaves& leaves,
                       const ParameterTree& parameters) {
  LoRAConfig lora;
  lora.rank = config.r;
  lora.alpha = config.lora_alpha;
  lora.dropout = config.lora_dropout;
  lora.bias = config.bias;
  lora.target_modules = targets_of(leaves, parameters);
  lora.modules_to_save =
      shortest_ends(parameters.paths(), {leaves.saved.begin(), leaves.saved.end()}, '/', contains);
  lora.trained_tokens = leaves.rows;
  lora.rank_pattern = as_pattern(leaves.ranks, config.r);
  lora.alpha_pattern = as_pattern(leaves.alphas, config.lora_alpha);
  peft_mapping(config.peft_type).to_settings(config, lora);
  return lora;
}

}  // namespace twofold
