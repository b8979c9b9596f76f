#pragma once
// Searches texts for a regular expression, as Python's re does: for patterns that task files have.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace twofold {

class Search {
 public:
  /// `where` names the setting in the Error for a text that is no regular expression.
  Search(const std::string& pattern, const std::string& where);
  ~Search();
  Search(Search&&) noexcept;

  /// What re.findall() gives for `text` (valid UTF-8): for each match its groups, an empty text for
  /// one that took no part; of a pattern without groups the match itself. Throws an Error if a
  /// search hits PCRE2's limits (as nested repetitions may).
  std::vector<std::vector<std::string>> find_all(std::string_view text) const;
  /// `text` without the matches.
  std::string remove_all(std::string_view text) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace twofold
