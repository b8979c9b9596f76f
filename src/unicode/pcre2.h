#pragma once
// What regex.cpp and search.cpp share of PCRE2; nobody else includes it.

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace twofold {

inline std::string pcre2_message(int code) {
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

inline PCRE2_SPTR subject_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

using Pcre2Code = std::unique_ptr<pcre2_code, void (*)(pcre2_code*)>;
using Pcre2Match = std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)>;

/// `problem`: what is told of a text that is no pattern, but for what was found.
inline Pcre2Code pcre2_compiled(const std::string& pattern, const std::string& shown,
                                uint32_t options, Problem problem) {
  int error = 0;
  PCRE2_SIZE place = 0;
  Pcre2Code code(
      pcre2_compile(subject_of(pattern), pattern.size(), options, &error, &place, nullptr),
      pcre2_code_free);
  if (code) return code;
  problem.found = fmt::format("`{}`: {} at character {}", shown, pcre2_message(error), place);
  fail(std::move(problem));
}

}  // namespace twofold
