#include "jinja/token_ends.h"

#include <cstdint>

namespace twofold::jinja {
namespace {

char at_or_nul(std::string_view text, size_t at) { return at < text.size() ? text[at] : '\0'; }

size_t digits_end(std::string_view text, size_t at) {
  while (is_digit_character(at_or_nul(text, at)) ||
         (at_or_nul(text, at) == '_' && is_digit_character(at_or_nul(text, at + 1)))) {
    ++at;
  }
  return at;
}

}  // namespace

bool is_digit_character(char c) { return c >= '0' && c <= '9'; }

bool starts_name(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<uint8_t>(c) >= 0x80;
}

size_t name_end(std::string_view text, size_t at) {
  while (starts_name(at_or_nul(text, at)) || is_digit_character(at_or_nul(text, at))) ++at;
  return at;
}

size_t number_end(std::string_view text, size_t at, bool& real) {
  const bool after_dot = at > 0 && text[at - 1] == '.';  // a.0.1 has no float in it
  at = digits_end(text, at);
  if (after_dot) return at;
  if (at_or_nul(text, at) == '.' && is_digit_character(at_or_nul(text, at + 1))) {
    at = digits_end(text, at + 1);
    real = true;
  }
  const char e = at_or_nul(text, at), sign = at_or_nul(text, at + 1);
  const size_t first = at + (sign == '+' || sign == '-' ? 2 : 1);
  if ((e != 'e' && e != 'E') || !is_digit_character(at_or_nul(text, first))) return at;
  real = true;
  return digits_end(text, first);
}

size_t string_end(std::string_view text, size_t at) {
  const char quote = text[at++];
  while (at < text.size() && text[at] != quote) at += text[at] == '\\' ? 2 : 1;
  return at < text.size() ? at + 1 : text.npos;
}

size_t operator_end(std::string_view text, size_t at) {
  static constexpr std::string_view kTwo[] = {"//", "**", "==", "!=", ">=", "<="};
  static constexpr std::string_view kOne = "+-/*%~[](){}><=.:|,;";
  for (const std::string_view two : kTwo) {
    if (text.substr(at).starts_with(two)) return at + 2;
  }
  return kOne.find(text[at]) == kOne.npos ? at : at + 1;
}

}  // namespace twofold::jinja
