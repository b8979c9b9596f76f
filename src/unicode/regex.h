#pragma once
// Regular expressions over UTF-8: the one place that knows PCRE2. Regex searches texts, for the
// splitters of tokenizers; Pattern matches whole names.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace twofold {

class RegexScan;

/// A compiled pattern with the character classes of Unicode 16, whichever version PCRE2 has
/// (fallback.h). `\s` and `\S` mean Unicode's White_Space exactly (PCRE2 alone would count U+180E);
/// `$` is the end of the text only. Thread-safe: it is never changed.
class Regex {
 public:
  explicit Regex(const std::string& pattern);
  ~Regex();
  Regex(Regex&&) noexcept;

 private:
  friend class RegexScan;
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

/// Searches texts for a pattern, for one thread. Reuse it: making one allocates memory.
class RegexScan {
 public:
  explicit RegexScan(const Regex& regex);
  ~RegexScan();

  /// Sets the text (valid UTF-8) to search; its memory must stay valid while it is searched.
  void read(std::string_view text);
  /// Finds the first match in the text at or after byte `from`; false if there is none.
  bool find(size_t from, size_t& begin, size_t& end);
  /// Whether there is a match in `text`.
  bool is_in(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A regular expression for names, close to those of Python's re, for which PEFT's patterns are
/// written.
class Pattern {
 public:
  /// `where` names the setting in the Error for a text that is no regular expression.
  Pattern(const std::string& text, const std::string& where);
  /// Whether the pattern matches all of `name`. Throws an Error if the search hits PCRE2's limits
  /// (as nested repetitions may).
  bool matches(std::string_view name) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace twofold
