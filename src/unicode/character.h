#pragma once
// Single characters of UTF-8 text: their numbers, their letter case and what kind they are.

#include <cstdint>
#include <string>
#include <string_view>

namespace twofold {

struct Character {
  uint32_t code;  ///< the code point
  size_t bytes;   ///< that it takes in UTF-8
};

/// The character that begins at byte `at` of `text` (valid UTF-8).
Character character_at(std::string_view text, size_t at);
/// Adds the character `code` (no surrogate) to `text`, as UTF-8.
void append_character(std::string& text, uint32_t code);
size_t count_characters(std::string_view text);

// Full mappings, which may make several characters of one.
void append_upper(std::string& text, uint32_t code);
void append_lower(std::string& text, uint32_t code);
void append_title(std::string& text, uint32_t code);

bool is_upper(uint32_t code);
bool is_lower(uint32_t code);
bool is_cased(uint32_t code);           ///< has an upper and a lower form, or is in title case
bool is_case_ignorable(uint32_t code);  ///< does not end a word for the final sigma
bool is_letter(uint32_t code);
bool is_digit(uint32_t code);      ///< a decimal digit
bool is_printable(uint32_t code);  ///< neither control, separator, nor unassigned; or the space
/// White space as Python's str.isspace() has it.
bool is_space(uint32_t code);

}  // namespace twofold
