#pragma once
// Regular expressions over names (PCRE2, which reads what PEFT's Python patterns are written in).

#include <memory>
#include <string>
#include <string_view>

namespace twofold {

class Pattern {
 public:
  /// `where` names the setting in the Error for a text that is no regular expression.
  Pattern(const std::string& text, const std::string& where);
  /// Whether the pattern matches all of `name`. An Error for a pattern that never ends on it.
  bool matches(std::string_view name) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace twofold
