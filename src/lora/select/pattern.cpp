#include "lora/select/pattern.h"

#include <fmt/format.h>

#include "base/error.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace twofold {
namespace {

std::string message(int code) {
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

}  // namespace

struct Pattern::Compiled {
  std::string text, where;
  pcre2_code* code = nullptr;
  ~Compiled() { pcre2_code_free(code); }
};

Pattern::Pattern(const std::string& text, const std::string& where) {
  auto compiled = std::make_shared<Compiled>();
  compiled->text = text;
  compiled->where = where;
  int error = 0;
  PCRE2_SIZE place = 0;
  compiled->code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                    PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error, &place, nullptr);
  if (!compiled->code) {
    fail({.what = "not a regular expression",
          .where = where,
          .expected = "a pattern that PCRE2 (or Python's re) can read",
          .found = fmt::format("{} at {}: {}", text, place, message(error)),
          .hint = "an entry of a list without `re:` before it is a plain part of a path"});
  }
  compiled_ = std::move(compiled);
}

bool Pattern::matches(std::string_view name) const {
  pcre2_match_data* match = pcre2_match_data_create(1, nullptr);
  const int code = pcre2_match(compiled_->code, reinterpret_cast<PCRE2_SPTR>(name.data()),
                               name.size(), 0, 0, match, nullptr);
  pcre2_match_data_free(match);
  if (code < 0 && code != PCRE2_ERROR_NOMATCH) {
    fail({.what = "a regular expression cannot be matched",
          .where = compiled_->where,
          .expected = "a search that ends",
          .found = fmt::format("{} on {}: {}", compiled_->text, name, message(code)),
          .hint = "write it without nested repetitions"});
  }
  return code >= 0;
}

}  // namespace twofold
