#include "lora/select/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "lora/select/nearby.h"
#include "lora/select/target.h"
#include "lora/variants/registry.h"
#include "twofold/lora/lora.h"

namespace twofold {
namespace {

std::vector<Target> targets_of(const std::vector<std::string>& texts, const char* key) {
  std::vector<Target> targets;
  for (const std::string& text : texts) targets.emplace_back(text, std::string(kLoraSection) + key);
  return targets;
}

bool any_selects(const std::vector<Target>& targets, const std::string& path) {
  return std::any_of(targets.begin(), targets.end(),
                     [&](const Target& target) { return target.selects(path); });
}

/// The settings, ready to be asked about a leaf.
class Selector {
 public:
  Selector(const ParameterTree& parameters, const LoRAConfig& config)
      : config_(config),
        targets_(targets_of(config.target_modules, "target_modules")),
        excluded_(targets_of(config.exclude_modules, "exclude_modules")) {
    // A module is saved whole or not at all, as PEFT does it.
    const std::vector<Target> saved = targets_of(config.modules_to_save, "modules_to_save");
    for (const Parameter& leaf : parameters.all()) {
      if (any_selects(saved, leaf.path)) saved_modules_.insert(module_of(leaf.path));
    }
    for (const Parameter& leaf : parameters.all()) {
      if (adapts(leaf)) adapted_modules_.insert(module_of(leaf.path));
    }
  }

  bool saves(const Parameter& leaf) const { return saved_modules_.contains(module_of(leaf.path)); }

  bool adapts(const Parameter& leaf) const {
    return leaf.is_matrix() && !saves(leaf) && any_selects(targets_, leaf.path) &&
           !any_selects(excluded_, leaf.path) && in_layers(leaf.path);
  }

  bool trains_bias(const Parameter& leaf) const {
    if (!leaf.path.ends_with("/bias")) return false;
    return config_.bias == "all" ||
           (config_.bias == "lora_only" && adapted_modules_.contains(module_of(leaf.path)));
  }

 private:
  bool in_layers(const std::string& path) const {
    const std::vector<int64_t>& layers = config_.layers_to_transform;
    if (layers.empty()) return true;
    const std::optional<int64_t> block = block_of(path);
    return block && std::find(layers.begin(), layers.end(), *block) != layers.end();
  }

  const LoRAConfig& config_;
  std::vector<Target> targets_, excluded_;
  std::set<std::string> saved_modules_, adapted_modules_;
};

/// The value of the longest key that selects `path`.
template <class T>
T from_pattern(const std::map<std::string, T>& pattern, const char* key, const std::string& path,
               T otherwise) {
  const std::string* best = nullptr;
  for (const auto& [text, value] : pattern) {
    const bool longer = !best || text.size() > best->size();
    if (!longer || !Target(text, std::string(kLoraSection) + key).selects(path)) continue;
    best = &text;
    otherwise = value;
  }
  return otherwise;
}

template <class T>
std::vector<std::string> keys_of(const std::map<std::string, T>& pattern) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : pattern) keys.push_back(key);
  return keys;
}

void add_block_problems(const ParameterTree& parameters, const LoRAConfig& config,
                        std::vector<Problem>& problems) {
  int64_t blocks = 0;
  for (const Parameter& leaf : parameters.all()) {
    blocks = std::max(blocks, block_of(leaf.path).value_or(-1) + 1);
  }
  for (const int64_t layer : config.layers_to_transform) {
    if (layer < blocks) continue;
    problems.push_back({.what = "there is no such block",
                        .where = std::string(kLoraSection) + "layers_to_transform",
                        .expected = fmt::format("numbers below architecture/n_layers = {}", blocks),
                        .found = std::to_string(layer),
                        .hint = "blocks are counted from 0"});
  }
}

/// A base in 4 bits is never written to.
void add_packed_problem(const Selection& selection, std::vector<Problem>& problems) {
  if (selection.config.base_dtype != kNf4) return;
  for (const SelectedLeaf& selected : selection.leaves) {
    const Parameter& leaf = selection.leaf(selected);
    if (!packable(leaf) || !(selected.saved || changes_base(selection.config))) continue;
    problems.push_back(
        {.what = "a weight in 4 bits cannot be trained whole or taken apart",
         .where = std::string(kLoraSection) + (selected.saved ? "modules_to_save" : "init"),
         .expected = "base_dtype bfloat16 or float32",
         .found = "nf4, for " + leaf.path,
         .hint = "set optimization/lora/base_dtype to bfloat16"});
    return;
  }
}

}  // namespace

int64_t LoRAConfig::rank_of(const std::string& path) const {
  return from_pattern(rank_pattern, "rank_pattern", path, rank);
}

double LoRAConfig::scale_of(const std::string& path) const {
  return scale(rank_of(path), from_pattern(alpha_pattern, "alpha_pattern", path, alpha));
}

Selection select_leaves(const ParameterTree& parameters, const LoRAConfig& config) {
  const Selector selector(parameters, config);
  Selection selection{.parameters = parameters, .config = config};
  for (size_t i = 0; i < parameters.all().size(); ++i) {
    const Parameter& leaf = parameters.all()[i];
    SelectedLeaf selected{.index = i};
    selected.saved = selector.saves(leaf) || selector.trains_bias(leaf);
    selected.targeted = selector.adapts(leaf);
    for (const Variant* variant : variants()) {
      if (variant->trains({selection, selected})) selected.variants.push_back(variant);
    }
    if (!selected.variants.empty()) selection.leaves.push_back(selected);
  }
  return selection;
}

int64_t inputs_of(const Parameter& leaf) {
  if (is_head(leaf.path)) return leaf.shape[1];
  return is_dense_kernel(leaf.path) ? leaf.shape[0] : 0;
}

int64_t outputs_of(const Parameter& leaf) { return leaf.shape[is_head(leaf.path) ? 0 : 1]; }

std::vector<Problem> selection_problems(const ParameterTree& parameters, const LoRAConfig& config) {
  std::vector<Problem> problems;
  const auto need_a_leaf = [&](const std::vector<std::string>& texts, const char* key) {
    for (const std::string& text : texts) {
      const Target target(text, std::string(kLoraSection) + key);
      const auto& all = parameters.all();
      const bool found = std::any_of(
          all.begin(), all.end(), [&](const Parameter& leaf) { return target.selects(leaf.path); });
      if (!found) problems.push_back(selects_nothing(parameters, text, key));
    }
  };
  need_a_leaf(config.exclude_modules, "exclude_modules");
  need_a_leaf(config.modules_to_save, "modules_to_save");
  need_a_leaf(keys_of(config.rank_pattern), "rank_pattern");
  need_a_leaf(keys_of(config.alpha_pattern), "alpha_pattern");

  add_block_problems(parameters, config, problems);
  const Selection selection = select_leaves(parameters, config);
  add_packed_problem(selection, problems);
  for (const Variant* variant : variants()) variant->add_problems(selection, problems);
  return problems;
}

}  // namespace twofold
