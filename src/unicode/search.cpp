#include "unicode/search.h"

#include <algorithm>
#include <utility>

#include "unicode/pcre2.h"

namespace twofold {

struct Search::Compiled {
  std::string pattern, where;
  Pcre2Code code;

  /// Calls `each` with the begins and ends of a match and of its groups, pair by pair.
  template <class Each>
  void matches(std::string_view text, const Each& each) const;
};

Search::Search(const std::string& pattern, const std::string& where)
    : compiled_(new Compiled{
          pattern, where,
          pcre2_compiled(pattern, pattern, PCRE2_UTF | PCRE2_UCP,
                         {.what = "not a regular expression",
                          .where = where,
                          .expected = "a pattern that PCRE2 (or Python's re) can read",
                          .hint = "a mark that is meant as itself has a \\ in front of it"})}) {}

Search::~Search() = default;
Search::Search(Search&&) noexcept = default;

template <class Each>
void Search::Compiled::matches(std::string_view text, const Each& each) const {
  const Pcre2Match found(pcre2_match_data_create_from_pattern(code.get(), nullptr),
                         pcre2_match_data_free);
  uint32_t options = 0;
  for (size_t from = 0; from <= text.size();) {
    const int count =
        pcre2_match(code.get(), subject_of(text), text.size(), from, options, found.get(), nullptr);
    if (count == PCRE2_ERROR_NOMATCH) return;
    if (count < 0) {
      fail({.what = "a regular expression cannot be matched",
            .where = where,
            .expected = "a search that ends",
            .found = fmt::format("{}: {}", pattern, pcre2_message(count)),
            .hint = "write it without nested repetitions"});
    }
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(found.get());
    each(offsets, pcre2_get_ovector_count(found.get()));
    // Behind an empty match the next one may begin here, but is not empty.
    options = offsets[0] == offsets[1] ? PCRE2_NOTEMPTY_ATSTART : 0;
    from = offsets[1];
  }
}

std::vector<std::vector<std::string>> Search::find_all(std::string_view text) const {
  std::vector<std::vector<std::string>> all;
  compiled_->matches(text, [&](const PCRE2_SIZE* offsets, size_t pairs) {
    std::vector<std::string>& groups = all.emplace_back();
    for (size_t i = std::min<size_t>(1, pairs - 1); i < pairs; ++i) {
      const bool took_part = offsets[2 * i] != PCRE2_UNSET;
      groups.emplace_back(
          took_part ? text.substr(offsets[2 * i], offsets[2 * i + 1] - offsets[2 * i]) : "");
    }
  });
  return all;
}

std::string Search::remove_all(std::string_view text) const {
  std::string kept;
  size_t done = 0;
  compiled_->matches(text, [&](const PCRE2_SIZE* offsets, size_t) {
    kept += text.substr(done, offsets[0] - done);
    done = offsets[1];
  });
  return kept += text.substr(done);
}

}  // namespace twofold
