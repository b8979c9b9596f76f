// Which leaves the targets select, and what to say when they select none.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "lora/lora.h"

namespace twofold {
namespace {

constexpr const char* kTargetsKey = "optimization/lora/target_modules";

bool selects(const std::string& target, const Parameter& parameter) {
  return parameter.path.find(target) != std::string::npos;
}

/// What a misspelt target may have meant: every run of whole path segments as long as the target's
/// own, so that `q_prj` is compared with `q_proj` and `attn/q_prj` with `attn/q_proj`.
std::vector<std::string> candidates(const ParameterTree& parameters, const std::string& target) {
  const size_t length = split(target, '/').size();
  std::set<std::string> runs;
  for (const Parameter& parameter : parameters.all()) {
    if (!parameter.is_matrix()) continue;
    runs.insert(parameter.path);
    const std::vector<std::string> segments = split(parameter.path, '/');
    for (size_t first = 0; first + length <= segments.size(); ++first) {
      const auto begin = segments.begin() + static_cast<std::ptrdiff_t>(first);
      runs.insert(join({begin, begin + static_cast<std::ptrdiff_t>(length)}, "/"));
    }
  }
  return {runs.begin(), runs.end()};
}

/// "blocks/0/attn/q_proj/kernel, …": the last two segments tell leaves apart, so one example of
/// each.
std::string examples(const ParameterTree& parameters) {
  constexpr size_t kShown = 4;
  std::vector<std::string> shown;
  std::set<std::string> kinds;
  for (const Parameter& parameter : parameters.all()) {
    if (!parameter.is_matrix() || shown.size() == kShown) continue;
    const std::vector<std::string> segments = split(parameter.path, '/');
    const size_t from = segments.size() < 2 ? 0 : segments.size() - 2;
    const auto begin = segments.begin() + static_cast<std::ptrdiff_t>(from);
    if (kinds.insert(join({begin, segments.end()}, "/")).second) shown.push_back(parameter.path);
  }
  return shown.empty() ? "this model has no matrix to adapt"
                       : "adaptable leaves are for example " + join(shown, ", ");
}

Problem nothing_selected(const ParameterTree& parameters, const std::string& target) {
  const auto& all = parameters.all();
  const auto vector_leaf = std::find_if(
      all.begin(), all.end(), [&](const Parameter& leaf) { return selects(target, leaf); });
  const std::string near = did_you_mean(target, candidates(parameters, target));
  return {
      .what = fmt::format("the target `{}` selects nothing that can be adapted", target),
      .where = kTargetsKey,
      .expected = "a part of the path of at least one leaf with two dimensions",
      .found = vector_leaf == all.end()
                   ? "in no path"
                   : fmt::format("only leaves with one dimension, such as {}", vector_leaf->path),
      .hint = near.empty() ? examples(parameters) : near + "; " + examples(parameters)};
}

}  // namespace

void LoRAConfig::declare(config::Fields& fields) {
  fields.add("optimization/lora/rank", rank, "Rank r of each adapter: A is (in, r), B is (r, out).",
             {.min = 1});
  fields.add("optimization/lora/alpha", alpha, "Adapters are scaled by alpha / rank.",
             {.min = 0, .exclusive_min = true});
  fields.add(kTargetsKey, target_modules,
             "What to adapt: every matrix whose slash path contains one of these texts, such as "
             "kernel, attn, q_proj or blocks/0/.");
  fields.add("optimization/lora/base_dtype", base_dtype,
             "Element type of the frozen weights in phase 2.",
             {.choices = {"bfloat16", "float32"}});
  fields.add("optimization/lora/lr", lr, "Peak learning rate of phase 2; -1 means optimization/lr.",
             {.min = -1});
}

std::vector<bool> param_filter(const ParameterTree& parameters,
                               const std::vector<std::string>& target_modules) {
  std::vector<bool> selected;
  for (const Parameter& parameter : parameters.all()) {
    selected.push_back(
        std::any_of(target_modules.begin(), target_modules.end(),
                    [&](const std::string& target) { return selects(target, parameter); }));
  }
  return selected;
}

std::vector<TargetMatch> match_targets(const ParameterTree& parameters, const LoRAConfig& config) {
  std::vector<Problem> problems;
  std::vector<TargetMatch> matches;
  for (const std::string& target : config.target_modules) {
    TargetMatch match{.target = target, .paths = {}, .shapes = {}, .parameters = 0};
    for (const Parameter& parameter : parameters.all()) {
      if (!parameter.is_matrix() || !selects(target, parameter)) continue;
      match.paths.push_back(parameter.path);
      match.shapes.push_back(parameter.shape);
      match.parameters += config.rank * (parameter.shape[0] + parameter.shape[1]);
    }
    if (match.paths.empty()) problems.push_back(nothing_selected(parameters, target));
    matches.push_back(std::move(match));
  }
  if (matches.empty()) {
    problems.push_back({.what = "there is no target, so phase 2 would train nothing",
                        .where = kTargetsKey,
                        .expected = "at least one text",
                        .found = "an empty list",
                        .hint = "[kernel] adapts every dense matrix; " + examples(parameters)});
  }
  throw_problems(std::move(problems));
  return matches;
}

}  // namespace twofold
