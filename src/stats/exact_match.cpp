#include "stats/exact_match.h"

#include <algorithm>

#include "unicode/letter_case.h"

namespace twofold::stats {
namespace {

/// The marks of ASCII, Python's string.punctuation.
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

}  // namespace

ExactMatch::ExactMatch(const MatchRules& rules, const std::string& where) : rules_(rules) {
  for (const std::string& pattern : rules.regexes_to_ignore) {
    ignored_.emplace_back(pattern, where + ", regexes_to_ignore");
  }
}

std::string ExactMatch::compared(std::string_view given) const {
  std::string text(given);
  for (const Search& search : ignored_) text = search.remove_all(text);
  if (rules_.ignore_case) text = lower_text(text);
  if (rules_.ignore_punctuation) std::erase_if(text, is_punctuation);
  if (rules_.ignore_numbers) std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return text;
}

bool ExactMatch::equals(std::string_view answer, std::span<const std::string> targets) const {
  const std::string own = compared(answer);
  return std::ranges::any_of(targets,
                             [&](const std::string& target) { return compared(target) == own; });
}

bool ExactMatch::contains(std::string_view answer, std::span<const std::string> targets) const {
  const std::string own = compared(answer);
  return std::ranges::any_of(targets, [&](const std::string& target) {
    return own.find(compared(target)) != std::string::npos;
  });
}

}  // namespace twofold::stats
