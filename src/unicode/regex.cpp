#include "unicode/regex.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/error.h"
#include "unicode/fallback.h"
#include "unicode/pcre2.h"

namespace twofold {
namespace {

/// The members of White_Space, to stand inside a class.
constexpr std::string_view kWhiteSpace =
    R"(\x{09}-\x{0d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

Pcre2Match new_match() { return {pcre2_match_data_create(1, nullptr), pcre2_match_data_free}; }

/// Replaces `\s` and `\S` by explicit classes. Our patterns have no `\S` inside a class.
std::string with_white_space(const std::string& pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c != '\\') {
      if (c == '[') in_class = true;
      if (c == ']') in_class = false;
      out += c;
      continue;
    }
    const char next = pattern[++i];
    if (next == 's' && in_class) {
      out += kWhiteSpace;
    } else if (next == 's' || next == 'S') {
      out += fmt::format("[{}{}]", next == 'S' ? "^" : "", kWhiteSpace);
    } else {
      out += c;
      out += next;
    }
  }
  return out;
}

/// Whether a pattern asks for kinds of characters, not only for those that it spells out.
bool asks_for_kinds(const std::string& pattern) {
  for (size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] == '\\' &&
        std::string_view("pPdDwW").find(pattern[++i]) != std::string_view::npos)
      return true;
  }
  return false;
}

}  // namespace

struct Regex::Compiled {
  Pcre2Code code = {nullptr, pcre2_code_free};
  pcre2_match_context* limits = nullptr;
  bool jit = false;
  bool by_kind = false;

  ~Compiled() { pcre2_match_context_free(limits); }
};

Regex::Regex(const std::string& pattern) {
  const std::string text = with_white_space(pattern);
  auto compiled = std::make_unique<Compiled>();
  compiled->code = pcre2_compiled(text, pattern, PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY,
                                  {.what = "not a regular expression that twofold can use",
                                   .where = "a pattern of the tokenizer",
                                   .expected = "a Perl-compatible regular expression",
                                   .hint = "check the pattern in the tokenizer's file"});
  compiled->by_kind = asks_for_kinds(text);
  compiled->jit = pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE) == 0;
  // The limits guard against hostile patterns; ours are linear, and texts may be long.
  compiled->limits = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(compiled->limits, UINT32_MAX);
  pcre2_set_depth_limit(compiled->limits, UINT32_MAX);
  pcre2_set_heap_limit(compiled->limits, UINT32_MAX);
  compiled_ = std::move(compiled);
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;

struct RegexScan::State {
  const Regex::Compiled& compiled;
  Pcre2Match match;
  std::string_view text = {};
  std::string copy = {};
};

RegexScan::RegexScan(const Regex& regex) : state_(new State{*regex.compiled_, new_match()}) {}

RegexScan::~RegexScan() = default;

void RegexScan::read(std::string_view text) {
  state_->text = state_->compiled.by_kind ? with_older_characters(text, state_->copy) : text;
}

bool RegexScan::find(size_t from, size_t& begin, size_t& end) {
  const Regex::Compiled& compiled = state_->compiled;
  const std::string_view text = state_->text;
  int code = PCRE2_ERROR_JIT_STACKLIMIT;
  if (compiled.jit) {
    code = pcre2_jit_match(compiled.code.get(), subject_of(text), text.size(), from,
                           PCRE2_NO_UTF_CHECK, state_->match.get(), compiled.limits);
  }
  if (code == PCRE2_ERROR_JIT_STACKLIMIT) {  // the interpreter keeps its stack on the heap
    code = pcre2_match(compiled.code.get(), subject_of(text), text.size(), from,
                       PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, state_->match.get(), compiled.limits);
  }
  if (code == PCRE2_ERROR_NOMATCH) return false;
  if (code < 0) {
    fail({.what = "the text cannot be split into tokens",
          .where = fmt::format("byte {} of the text", from),
          .expected = "a text that the tokenizer's pattern can be matched with",
          .found = pcre2_message(code),
          .hint = "split the text into smaller documents"});
  }
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(state_->match.get());
  begin = offsets[0];
  end = offsets[1];
  return true;
}

bool RegexScan::is_in(std::string_view text) {
  size_t begin = 0, end = 0;
  read(text);
  return find(0, begin, end);
}

struct Pattern::Compiled {
  std::string text, where;
  Pcre2Code code;
};

Pattern::Pattern(const std::string& text, const std::string& where)
    : compiled_(new Compiled{
          text, where,
          pcre2_compiled(
              text, text, PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED,
              {.what = "not a regular expression",
               .where = where,
               .expected = "a pattern that PCRE2 (or Python's re) can read",
               .hint = "an entry of a list without `re:` before it is a plain part of a path"})}) {}

bool Pattern::matches(std::string_view name) const {
  const Pcre2Match match = new_match();
  const int code =
      pcre2_match(compiled_->code.get(), subject_of(name), name.size(), 0, 0, match.get(), nullptr);
  if (code < 0 && code != PCRE2_ERROR_NOMATCH) {
    fail({.what = "a regular expression cannot be matched",
          .where = compiled_->where,
          .expected = "a search that ends",
          .found = fmt::format("{} on {}: {}", compiled_->text, name, pcre2_message(code)),
          .hint = "write it without nested repetitions"});
  }
  return code >= 0;
}

}  // namespace twofold
