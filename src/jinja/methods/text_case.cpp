#include "jinja/methods/methods.h"
#include "unicode/character.h"
#include "unicode/letter_case.h"

namespace twofold::jinja {
std::string in_case(std::string_view text, Case letters) {
  std::string out;
  bool after_letter = false;
  for (size_t at = 0; at < text.size();) {
    const auto [code, bytes] = character_at(text, at);
    const bool first = letters == Case::kCapitalized ? at == 0 : !after_letter;
    switch (letters) {
      case Case::kUpper:
        append_upper(out, code);
        break;
      case Case::kSwapped:
        if (is_lower(code)) {
          append_upper(out, code);
        } else if (is_upper(code)) {
          append_lower_at(out, text, at, code);
        } else {
          append_character(out, code);
        }
        break;
      case Case::kLower:
        append_lower_at(out, text, at, code);
        break;
      default:
        if (first) {
          append_title(out, code);
        } else {
          append_lower_at(out, text, at, code);
        }
    }
    after_letter = is_cased(code);
    at += bytes;
  }
  return out;
}

bool is_all(std::string_view text, bool (*kind)(uint32_t)) {
  for (size_t at = 0; at < text.size();) {
    const Character one = character_at(text, at);
    if (!kind(one.code)) return false;
    at += one.bytes;
  }
  return !text.empty();
}

bool is_in_case(std::string_view text, bool upper) {
  bool any = false;
  for (size_t at = 0; at < text.size();) {
    const auto [code, bytes] = character_at(text, at);
    at += bytes;
    if (!is_cased(code)) continue;
    if (upper ? !is_upper(code) : !is_lower(code)) return false;
    any = true;
  }
  return any;
}

}  // namespace twofold::jinja
