#include "lora/select/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "lora/select/nearby.h"
#include "lora/select/target.h"
#include "tensor/column_norms.h"

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

/// Whether the leaf is the embedding of a model that has no head but it.
bool is_shared_table(const ParameterTree& parameters, const Parameter& leaf) {
  return leaf.path == "wte" && !has_head(parameters);
}

/// What adapters of tables and of the head cannot be.
void add_table_problems(const ParameterTree& parameters, const LoRAConfig& config,
                        const std::vector<SelectedLeaf>& leaves, std::vector<Problem>& problems) {
  for (const SelectedLeaf& selected : leaves) {
    const Parameter& leaf = parameters.all()[selected.index];
    if (!selected.adapted() || is_dense_kernel(leaf.path)) continue;
    const std::string instead =
        "take it out with optimization/lora/exclude_modules, or train it whole with "
        "optimization/lora/modules_to_save";
    if (is_head(leaf.path) && config.dropout > 0 && config.dora) {
      problems.push_back({.what = "DoRA of the head has no dropout",
                          .where = std::string(kLoraSection) + "dropout",
                          .expected = "0 with DoRA, or no target that selects " + leaf.path,
                          .found = leaf.path + " among the adapted leaves",
                          .hint = instead});
    }
    if (config.dora && is_shared_table(parameters, leaf)) {
      problems.push_back(
          {.what = "DoRA gives a table's columns their lengths, and a head's rows",
           .where = std::string(kLoraSection) + "dora",
           .expected = "a table that is not the head as well, or no target for it",
           .found = leaf.path + ", which is both, among the adapted leaves",
           .hint = "with weights of a folder, architecture/backbone/untie makes two of "
                   "it; or " +
                   instead});
    }
  }
}

}  // namespace

int64_t LoRAConfig::rank_of(const std::string& path) const {
  return from_pattern(rank_pattern, "rank_pattern", path, rank);
}

double LoRAConfig::scale_of(const std::string& path) const {
  return scale(rank_of(path), from_pattern(alpha_pattern, "alpha_pattern", path, alpha));
}

std::vector<SelectedLeaf> select_leaves(const ParameterTree& parameters, const LoRAConfig& config) {
  const Selector selector(parameters, config);
  std::vector<SelectedLeaf> leaves;
  for (size_t i = 0; i < parameters.all().size(); ++i) {
    const Parameter& leaf = parameters.all()[i];
    const auto rows = config.rows.find(leaf.path);
    SelectedLeaf selected{.index = i};
    if (selector.saves(leaf) || selector.trains_bias(leaf)) {
      selected.whole = true;
    } else {
      if (rows != config.rows.end()) selected.rows = rows->second;
      if (selector.adapts(leaf)) {
        selected.rank = config.rank_of(leaf.path);
        selected.scale = config.scale_of(leaf.path);
        selected.dora = config.dora;
      }
    }
    if (selected.whole || selected.adapted() || !selected.rows.empty()) leaves.push_back(selected);
  }
  return leaves;
}

int64_t inputs_of(const Parameter& leaf) {
  if (is_head(leaf.path)) return leaf.shape[1];
  return is_dense_kernel(leaf.path) ? leaf.shape[0] : 0;
}

int64_t outputs_of(const Parameter& leaf) { return leaf.shape[is_head(leaf.path) ? 0 : 1]; }

at::Tensor output_norms(const std::string& path, const at::Tensor& W, const LowRank& term) {
  return is_head(path) ? row_norms(W, term) : column_norms(W, term);
}

int64_t adapter_parameters(const Parameter& leaf, const SelectedLeaf& selected) {
  if (!selected.adapted()) return 0;
  return selected.rank * (leaf.shape[0] + leaf.shape[1]) + (selected.dora ? outputs_of(leaf) : 0);
}

int64_t trained_parameters(const Parameter& leaf, const SelectedLeaf& selected) {
  if (selected.whole) return leaf.count();
  return adapter_parameters(leaf, selected) + std::ssize(selected.rows) * leaf.shape.back();
}

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
  const std::vector<SelectedLeaf> leaves = select_leaves(parameters, config);
  const auto rewritten = std::find_if(leaves.begin(), leaves.end(), [&](const SelectedLeaf& leaf) {
    return (leaf.whole || changes_base(config)) && packable(parameters.all()[leaf.index]);
  });
  if (config.base_dtype == kNf4 && rewritten != leaves.end()) {
    problems.push_back(
        {.what = "a weight in 4 bits cannot be trained whole or taken apart",
         .where = std::string(kLoraSection) + (rewritten->whole ? "modules_to_save" : "init"),
         .expected = "base_dtype bfloat16 or float32",
         .found = "nf4, for " + parameters.all()[rewritten->index].path,
         .hint = "set optimization/lora/base_dtype to bfloat16"});
  }
  add_table_problems(parameters, config, leaves, problems);
  return problems;
}

}  // namespace twofold
