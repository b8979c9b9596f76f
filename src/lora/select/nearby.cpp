#include "lora/select/nearby.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "lora/select/target.h"

namespace twofold {
namespace {

/// What a misspelt entry may have meant: every run of whole path segments as long as the entry's
/// own, so that `q_prj` is compared with `q_proj` and `attn/q_prj` with `attn/q_proj`.
std::vector<std::string> candidates(const ParameterTree& parameters, const std::string& text,
                                    bool matrices) {
  const size_t length = split(text, '/').size();
  std::set<std::string> runs = {kAllLinear};
  for (const Parameter& parameter : parameters.all()) {
    if (matrices && !parameter.is_matrix()) continue;
    runs.insert(parameter.path);
    const std::vector<std::string> segments = split(parameter.path, '/');
    for (size_t first = 0; first + length <= segments.size(); ++first) {
      const auto begin = segments.begin() + static_cast<std::ptrdiff_t>(first);
      runs.insert(join({begin, begin + static_cast<std::ptrdiff_t>(length)}, "/"));
    }
  }
  return {runs.begin(), runs.end()};
}

/// For who looks for the head of a model that has none of its own.
std::string about_the_head(const ParameterTree& parameters, const std::string& text) {
  if (!is_head(text) || has_head(parameters)) return "";
  return "the embedding, wte, is the head here; to part the two, set architecture/backbone/untie, "
         "or for fresh weights architecture/tie_word_embeddings to false";
}

}  // namespace

std::string adaptable_examples(const ParameterTree& parameters) {
  constexpr size_t kShown = 4;
  std::vector<std::string> shown;
  std::set<std::string> kinds;  // the last two segments tell leaves apart: one example of each
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

Problem selects_nothing(const ParameterTree& parameters, const std::string& text,
                        const std::string& key) {
  const bool targets = key == "target_modules";
  std::string hint = about_the_head(parameters, text);
  if (hint.empty()) hint = did_you_mean(text, candidates(parameters, text, targets));
  const std::string examples = adaptable_examples(parameters);
  return {
      .what = targets ? fmt::format("the target `{}` selects nothing that can be adapted", text)
                      : fmt::format("`{}` selects nothing", text),
      .where = kLoraSection + key,
      .expected = targets ? "a part of the path of at least one leaf with two dimensions"
                          : "a part of the path of at least one leaf",
      .found = text.starts_with(kRegexMark) ? "a pattern that matches no whole path" : "in no path",
      .hint = hint.empty() ? examples : fmt::format("{} ({})", hint, examples)};
}

}  // namespace twofold
