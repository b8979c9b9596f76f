#include "unicode/regex.h"

#include <gtest/gtest.h>

#include "base/error.h"
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

TEST(UnicodeFallback, OtherTextIsLeftWhereItIs) {
  std::string storage;
  const std::string text = "plain, caf\u00e9 \u4e00\u4e8c \U0001f600 \U0003134a";
  EXPECT_EQ(with_older_characters(text, storage).data(), text.data());
  const std::string newer = text + "\u1c89" + text + "\U00031350";
  const std::string_view old = with_older_characters(newer, storage);
  EXPECT_EQ(old.size(), newer.size());
  EXPECT_EQ(valid_utf8_prefix(old), old.size());
  EXPECT_EQ(old.substr(0, text.size()), text);
  EXPECT_EQ(old.substr(text.size() + 3, text.size()), text);
}

TEST(Pattern, MatchesWholeNamesOnly) {
  const Pattern pattern(R"(.*\.(q|v)_proj)", "a setting");
  EXPECT_TRUE(pattern.matches("blocks.0.q_proj"));
  EXPECT_FALSE(pattern.matches("blocks.0.q_proj.kernel"));
  EXPECT_FALSE(pattern.matches("q_proj"));
  const Pattern copy = pattern;
  EXPECT_TRUE(copy.matches("x.v_proj"));
}

TEST(Pattern, ATextThatIsNoneIsAnErrorThatNamesTheSetting) {
  try {
    const Pattern pattern("a(b", "optimization/lora/target_modules");
    ADD_FAILURE() << "an open bracket was taken";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("optimization/lora/target_modules"), text.npos) << text;
    EXPECT_NE(text.find("a(b"), text.npos) << text;
  }
}

TEST(Pattern, ASearchWithoutAnEndIsAnError) {
  const Pattern pattern("(a+)+[bc]", "a setting");
  EXPECT_THROW(pattern.matches(std::string(64, 'a')), Error);
}

}  // namespace
}  // namespace twofold
