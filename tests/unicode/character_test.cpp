#include "unicode/character.h"

#include <gtest/gtest.h>

namespace twofold {
namespace {

std::string mapped(void (*append)(std::string&, uint32_t), uint32_t code) {
  std::string text;
  append(text, code);
  return text;
}

TEST(Character, IsReadAndWritten) {
  for (const uint32_t code : {0x41U, 0xE9U, 0x7FFU, 0x800U, 0xFFFDU, 0x10000U, 0x10FFFFU}) {
    std::string text = "x";
    append_character(text, code);
    const Character read = character_at(text, 1);
    EXPECT_EQ(read.code, code);
    EXPECT_EQ(read.bytes, text.size() - 1);
    EXPECT_EQ(count_characters(text), 2U);
  }
}

TEST(Character, HasFullCaseMappings) {
  EXPECT_EQ(mapped(append_upper, 0xDF), "SS");
  EXPECT_EQ(mapped(append_title, 0xDF), "Ss");
  EXPECT_EQ(mapped(append_upper, 0xE9), "É");
  EXPECT_EQ(mapped(append_lower, 0x130), "i̇");
  EXPECT_EQ(mapped(append_title, 0x1C6), "ǅ");
  EXPECT_EQ(mapped(append_upper, 0xFB03), "FFI");
}

TEST(Character, HasAKind) {
  EXPECT_TRUE(is_space(0x3000) && is_space(0x1F) && is_space(0x85));
  EXPECT_FALSE(is_space(0x200B));
  EXPECT_TRUE(is_printable(0xE9) && is_printable(' '));
  EXPECT_FALSE(is_printable(0xA0) || is_printable(0x200B) || is_printable(0xE000));
  EXPECT_TRUE(is_letter(0x65E5) && is_digit(0x663) && is_cased(0x1C5));
}

}  // namespace
}  // namespace twofold
