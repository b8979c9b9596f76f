// Which leaves each target selects, and what to say when it selects none.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "lora/select/nearby.h"
#include "lora/select/selection.h"
#include "lora/select/target.h"
#include "lora/variants/registry.h"
#include "twofold/lora/lora.h"

namespace twofold {
namespace {

/// Why `target`, whose text is in some path, adapts nothing.
Problem adapts_nothing(const ParameterTree& parameters, const Target& target) {
  Problem problem = selects_nothing(parameters, target.text(), "target_modules");
  const Parameter* vector_leaf = nullptr;
  for (const Parameter& leaf : parameters.all()) {
    if (!target.selects(leaf.path)) continue;
    if (leaf.is_matrix()) {
      problem.found = fmt::format(
          "leaves such as {}, all taken out again by exclude_modules, layers_to_transform or "
          "modules_to_save",
          leaf.path);
      return problem;
    }
    if (!vector_leaf) vector_leaf = &leaf;
  }
  if (vector_leaf) {
    problem.found = fmt::format("only leaves with one dimension, such as {}", vector_leaf->path);
  }
  return problem;
}

/// Whether the entry is for one of the adapted leaves, or for no leaf at all: then it is misspelt,
/// which selection_problems says.
bool is_for_adapted(const Target& target, const ParameterTree& parameters,
                    const std::set<std::string>& adapted) {
  const auto selects = [&](const std::string& path) { return target.selects(path); };
  return std::ranges::any_of(adapted, selects) || std::ranges::none_of(parameters.paths(), selects);
}

/// Keys of a pattern that are for leaves which nothing adapts: they would be passed over.
template <class T>
void add_idle_keys(const std::map<std::string, T>& pattern, const char* key,
                   const ParameterTree& parameters, const std::set<std::string>& adapted,
                   std::vector<Problem>& problems) {
  for (const auto& [text, value] : pattern) {
    const Target target(text, std::string(kLoraSection) + key);
    if (is_for_adapted(target, parameters, adapted)) continue;
    problems.push_back({.what = fmt::format("`{}` selects nothing that is adapted", text),
                        .where = std::string(kLoraSection) + key,
                        .expected = "a part of the path of at least one leaf that is adapted",
                        .found = "other leaves only",
                        .hint = "leave it out, or add to target_modules; adapted is for example " +
                                *adapted.begin()});
  }
}

/// Blocks that are listed although nothing in them is adapted.
void add_idle_blocks(const LoRAConfig& config, const ParameterTree& parameters,
                     const std::set<std::string>& adapted, std::vector<Problem>& problems) {
  for (const int64_t layer : config.layers_to_transform) {
    const auto is_in = [&](const std::string& path) { return block_of(path) == layer; };
    if (std::ranges::any_of(adapted, is_in)) continue;
    if (std::ranges::none_of(parameters.paths(), is_in)) continue;  // there is no such block
    problems.push_back({.what = fmt::format("nothing is adapted in block {}", layer),
                        .where = std::string(kLoraSection) + "layers_to_transform",
                        .expected = "blocks in which a target selects something",
                        .found = std::to_string(layer),
                        .hint = "leave it out, or see target_modules and exclude_modules"});
  }
}

void add_idle_entries(const Selection& selection, const std::set<std::string>& adapted,
                      std::vector<Problem>& problems) {
  const LoRAConfig& config = selection.config;
  add_idle_keys(config.rank_pattern, "rank_pattern", selection.parameters, adapted, problems);
  add_idle_keys(config.alpha_pattern, "alpha_pattern", selection.parameters, adapted, problems);
  add_idle_blocks(config, selection.parameters, adapted, problems);
}

TargetMatch match_of(const Target& target, const Selection& selection) {
  const Variant& variant = targets_variant(selection.config);
  TargetMatch match{.target = target.text(), .paths = {}, .shapes = {}, .parameters = 0};
  for (const SelectedLeaf& selected : selection.leaves) {
    const Site site{selection, selected};
    if (!variant.trains(site) || !target.selects(site.path())) continue;
    match.paths.push_back(site.path());
    match.shapes.push_back(site.leaf().shape);
    match.parameters += elements(variant, site, /*trained=*/true);
  }
  return match;
}

}  // namespace

std::vector<bool> param_filter(const ParameterTree& parameters,
                               const std::vector<std::string>& target_modules) {
  std::vector<Target> targets;
  for (const std::string& text : target_modules) targets.emplace_back(text, "target_modules");
  std::vector<bool> selected;
  for (const Parameter& parameter : parameters.all()) {
    selected.push_back(std::any_of(targets.begin(), targets.end(), [&](const Target& target) {
      return target.selects(parameter.path);
    }));
  }
  return selected;
}

std::vector<TargetMatch> match_targets(const ParameterTree& parameters, const LoRAConfig& config) {
  std::vector<Problem> problems = selection_problems(parameters, config);
  const Selection selection = select_leaves(parameters, config);
  std::vector<TargetMatch> matches;
  std::set<std::string> adapted;
  for (const std::string& text : config.target_modules) {
    const Target target(text, std::string(kLoraSection) + "target_modules");
    TargetMatch match = match_of(target, selection);
    if (match.paths.empty()) problems.push_back(adapts_nothing(parameters, target));
    adapted.insert(match.paths.begin(), match.paths.end());
    matches.push_back(std::move(match));
  }
  if (!adapted.empty()) add_idle_entries(selection, adapted, problems);
  if (matches.empty()) {
    problems.push_back(
        {.what = "there is no target, so phase 2 would train nothing",
         .where = std::string(kLoraSection) + "target_modules",
         .expected = "at least one text",
         .found = "an empty list",
         .hint = "[kernel] adapts every dense matrix; " + adaptable_examples(parameters)});
  }
  throw_problems(std::move(problems));
  return matches;
}

}  // namespace twofold
