#include "unicode/character.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

#include "unicode/case_table.h"

namespace twofold {
namespace {

utf8proc_category_t category(uint32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

const SpecialCase* special_case(uint32_t code) {
  const auto* const found = std::ranges::lower_bound(kSpecialCases, code, {}, &SpecialCase::code);
  return found != std::end(kSpecialCases) && found->code == code ? found : nullptr;
}

uint32_t mapped(utf8proc_int32_t (*map)(utf8proc_int32_t), uint32_t code) {
  return static_cast<uint32_t>(map(static_cast<utf8proc_int32_t>(code)));
}

}  // namespace

Character character_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t code = lead & (0xFFU >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) code = code << 6 | (byte(at + i) & 0x3F);
  return {code, bytes};
}

void append_character(std::string& text, uint32_t code) {
  const auto put = [&](uint32_t byte) { text += static_cast<char>(byte); };
  const auto put_rest = [&](int shift) {
    for (; shift >= 0; shift -= 6) put(0x80 | (code >> shift & 0x3F));
  };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
    put_rest(0);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put_rest(6);
  } else {
    put(0xF0 | code >> 18);
    put_rest(12);
  }
}

size_t count_characters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void append_upper(std::string& text, uint32_t code) {
  if (const SpecialCase* special = special_case(code)) {
    text += special->upper;
  } else {
    append_character(text, mapped(utf8proc_toupper, code));
  }
}

void append_lower(std::string& text, uint32_t code) {
  if (code == 0x130) {  // capital I with a dot above, the only one that becomes two
    text += "i\u0307";
  } else {
    append_character(text, mapped(utf8proc_tolower, code));
  }
}

void append_title(std::string& text, uint32_t code) {
  if (const SpecialCase* special = special_case(code)) {
    text += special->title;
  } else {
    append_character(text, mapped(utf8proc_totitle, code));
  }
}

bool is_upper(uint32_t code) { return utf8proc_isupper(static_cast<utf8proc_int32_t>(code)) != 0; }

bool is_lower(uint32_t code) { return utf8proc_islower(static_cast<utf8proc_int32_t>(code)) != 0; }

bool is_cased(uint32_t code) {
  return is_upper(code) || is_lower(code) || category(code) == UTF8PROC_CATEGORY_LT;
}

bool is_case_ignorable(uint32_t code) {
  switch (category(code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return std::u32string_view(U"'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027")
                 .find(static_cast<char32_t>(code)) != std::u32string_view::npos;
  }
}

bool is_letter(uint32_t code) {
  const auto kind = category(code);
  return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO;
}

bool is_digit(uint32_t code) { return category(code) == UTF8PROC_CATEGORY_ND; }

bool is_printable(uint32_t code) {
  if (code == ' ') return true;
  const auto kind = category(code);
  return kind != UTF8PROC_CATEGORY_CN && kind < UTF8PROC_CATEGORY_ZS;
}

bool is_space(uint32_t code) {
  if (code < 0x80) return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20);
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

}  // namespace twofold
