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
  const Variant& variant = targets_variant(config);
  std::vector<TargetMatch> matches;
  for (const std::string& text : config.target_modules) {
    const Target target(text, std::string(kLoraSection) + "target_modules");
    TargetMatch match{.target = text, .paths = {}, .shapes = {}, .parameters = 0};
    for (const SelectedLeaf& selected : selection.leaves) {
      const Site site{selection, selected};
      if (!variant.trains(site) || !target.selects(site.path())) continue;
      match.paths.push_back(site.path());
      match.shapes.push_back(site.leaf().shape);
      match.parameters += elements(variant, site, /*trained=*/true);
    }
    if (match.paths.empty()) problems.push_back(adapts_nothing(parameters, target));
    matches.push_back(std::move(match));
  }
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
