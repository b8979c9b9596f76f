#pragma once
// Whether an answer is the right one, by lm-eval's rules for exact_match and contains.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unicode/search.h"

namespace twofold::stats {

struct MatchRules {
  bool ignore_case = false, ignore_punctuation = false, ignore_numbers = false;
  std::vector<std::string> regexes_to_ignore = {};  ///< removed from both texts before the rest
};

class ExactMatch {
 public:
  /// `where` names the rules in the Error for a pattern that is none.
  ExactMatch(const MatchRules& rules, const std::string& where);

  /// Whether the answer equals one of the targets.
  bool equals(std::string_view answer, std::span<const std::string> targets) const;
  /// Whether one of the targets is a part of the answer.
  bool contains(std::string_view answer, std::span<const std::string> targets) const;

 private:
  std::string compared(std::string_view text) const;
  MatchRules rules_;
  std::vector<Search> ignored_;
};

}  // namespace twofold::stats
