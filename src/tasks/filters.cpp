#include "tasks/filters.h"

#include <algorithm>

#include "unicode/letter_case.h"
#include "unicode/words.h"

namespace twofold::tasks {
namespace {

/// The match that is asked for, of its groups the first that is not empty.
std::string selected(const FilterStep& spec, const Search& search, const std::string& text) {
  const std::vector<std::vector<std::string>> all = search.find_all(text);
  const int64_t place =
      spec.group_select < 0 ? std::ssize(all) + spec.group_select : spec.group_select;
  if (place < 0 || place >= std::ssize(all)) return spec.fallback;
  const std::vector<std::string>& groups = all[static_cast<size_t>(place)];
  if (groups.size() == 1) return std::string(without_spaces_around(groups.front()));
  const auto some = std::ranges::find_if(groups, [](const auto& group) { return !group.empty(); });
  return some == groups.end() ? spec.fallback : std::string(without_spaces_around(*some));
}

}  // namespace

Filters::Filters(const FilterList& list, const std::string& where) {
  for (const FilterStep& spec : list.filter) {
    Step& step = steps_.emplace_back(Step{.spec = spec});
    if (spec.function == "regex") step.search.emplace(spec.regex_pattern, where);
  }
}

std::string Filters::answer_in(std::string text) const {
  for (const auto& [spec, search] : steps_) {
    if (search) {
      text = selected(spec, *search, text);
    } else if (spec.function == "lowercase") {
      text = lower_text(text);
    } else if (spec.function == "uppercase") {
      text = upper_text(text);
    } else if (spec.function == "remove_whitespace") {
      text = std::string(without_spaces_around(text));
    }  // take_first: a model writes one answer
  }
  return text;
}

}  // namespace twofold::tasks
