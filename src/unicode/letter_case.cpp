#include "unicode/letter_case.h"

#include "unicode/character.h"

namespace twofold {
namespace {

/// Whether the capital sigma at `at` ends a word, and becomes another small letter for that.
bool is_final_sigma(std::string_view text, size_t at) {
  const auto cased_before = [&] {
    for (size_t i = at; i > 0;) {
      while ((text[--i] & 0xC0) == 0x80) {
      }
      const uint32_t code = character_at(text, i).code;
      if (!is_case_ignorable(code)) return is_cased(code);
    }
    return false;
  };
  const auto cased_after = [&] {
    for (size_t i = at + 2; i < text.size(); i += character_at(text, i).bytes) {
      const uint32_t code = character_at(text, i).code;
      if (!is_case_ignorable(code)) return is_cased(code);
    }
    return false;
  };
  return cased_before() && !cased_after();
}

}  // namespace

void append_lower_at(std::string& out, std::string_view text, size_t at, uint32_t code) {
  if (code == 0x3A3 && is_final_sigma(text, at)) {
    append_character(out, 0x3C2);
  } else {
    append_lower(out, code);
  }
}

std::string lower_text(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const auto [code, bytes] = character_at(text, at);
    append_lower_at(out, text, at, code);
    at += bytes;
  }
  return out;
}

std::string upper_text(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const auto [code, bytes] = character_at(text, at);
    append_upper(out, code);
    at += bytes;
  }
  return out;
}

}  // namespace twofold
