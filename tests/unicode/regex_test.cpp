#include "unicode/regex.h"

#include <gtest/gtest.h>

#include "tokenizer/encodings.h"
#include "unicode/fallback.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

bool matches(const std::string& pattern, const std::string& text) {
  const Regex regex(pattern);
  RegexScan scan(regex);
  size_t begin = 0, end = 0;
  scan.read(text);
  return scan.find(0, begin, end) && begin == 0 && end == text.size();
}

TEST(Regex, WhiteSpaceIsUnicodesExactly) {
  for (const char* space : {"\t", "\v", "\r", " ", "\u0085", "\u00a0", "\u1680", "\u2003", "\u2028",
                            "\u202f", "\u205f", "\u3000"}) {
    EXPECT_TRUE(matches(R"(\s)", space)) << space;
    EXPECT_FALSE(matches(R"(\S)", space)) << space;
    EXPECT_FALSE(matches(R"([^\s])", space)) << space;
  }
  for (const char* other : {"\u180e", "\u200b", "\ufeff", "\x1c", "a"}) {  // PCRE2's \s has U+180E
    EXPECT_FALSE(matches(R"(\s)", other)) << other;
    EXPECT_TRUE(matches(R"([^\s])", other)) << other;
  }
}

TEST(Regex, DollarIsTheEndOfTheTextOnly) {
  EXPECT_TRUE(matches("a$", "a"));
  EXPECT_FALSE(matches("a$", "a\n"));
}

TEST(Regex, CaseFoldingIsUnicodes) { EXPECT_TRUE(matches("(?i:'s)", "'\u017f")); }

TEST(Regex, CharactersOfUnicode15And16AreOfTheirKind) {
  // An ideograph, a digit, a mark of 3 bytes, a capital letter, a mark that changed its category.
  EXPECT_TRUE(matches(R"(\p{Lo}\p{L}\p{sc:Han})", "\U00031350\U000105c0\U0002ebf0"));
  EXPECT_TRUE(matches(R"(\d)", "\U0001e4f0"));
  EXPECT_TRUE(matches(R"([\p{Mn}]\P{L})", "\u0897\u0897"));
  EXPECT_TRUE(matches(R"(\p{Lu}\p{Ll})", "\u1c89\u1c8a"));
  EXPECT_TRUE(matches(R"(\p{Mc})", "\U0001171e"));
  EXPECT_FALSE(matches(R"([^\s\p{L}\p{N}]+)", "\U00031350"));
}

TEST(Regex, OffsetsAreThoseOfTheTextThatWasGiven) {
  const Regex regex(R"(\p{L}+|\s+)");
  RegexScan scan(regex);
  const std::string text = "a\U00031350\u1c89 \U00031350";
  scan.read(text);
  size_t begin = 0, end = 0;
  ASSERT_TRUE(scan.find(0, begin, end));
  EXPECT_EQ(end, 8u);
  ASSERT_TRUE(scan.find(end, begin, end));
  ASSERT_TRUE(scan.find(end, begin, end));
  EXPECT_EQ(text.substr(begin, end - begin), "\U00031350");
}

TEST(Regex, PatternsThatSpellOutCharactersSeeThem) {
  EXPECT_TRUE(matches("\U00031350+", "\U00031350\U00031350"));
  EXPECT_FALSE(matches("\U00031350+", "\U00031351"));
}

TEST(StandIns, OtherTextIsLeftWhereItIs) {
  std::string storage;
  const std::string text = "plain, caf\u00e9 \u4e00\u4e8c \U0001f600 \U0003134a";
  EXPECT_EQ(with_stand_ins(text, storage).data(), text.data());
  const std::string young = text + "\u1c89" + text + "\U00031350";
  const std::string_view old = with_stand_ins(young, storage);
  EXPECT_EQ(old.size(), young.size());
  EXPECT_EQ(valid_utf8_prefix(old), old.size());
  EXPECT_EQ(old.substr(0, text.size()), text);
  EXPECT_EQ(old.substr(text.size() + 3, text.size()), text);
}

TEST(Regex, SplittersSurviveLongRunsOfOneKind) {
  for (const char* name : {"gpt2", "cl100k_base", "o200k_base", "llama3"}) {
    const Regex regex(find_encoding(name).pattern);
    RegexScan scan(regex);
    for (const char* unit : {" ", "\n", "a", "A", "\u4e00", "!", "1", "\u0300", " \n", "\r\n"}) {
      std::string text;
      for (int i = 0; i < 100'000; ++i) text += unit;
      for (const std::string& tail : {std::string(), std::string("x")}) {
        const std::string subject = text + tail;
        size_t at = 0, begin = 0, end = 0;
        scan.read(subject);
        while (at < subject.size() && scan.find(at, begin, end)) {
          ASSERT_EQ(begin, at) << name << " skips text";
          at = end;
        }
        EXPECT_EQ(at, subject.size()) << name;
      }
    }
  }
}

}  // namespace
}  // namespace twofold
