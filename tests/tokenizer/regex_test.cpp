#include "tokenizer/regex.h"

#include <gtest/gtest.h>

#include "tokenizer/encodings.h"

namespace twofold {
namespace {

bool matches(const std::string& pattern, const std::string& text) {
  const Regex regex(pattern);
  RegexScan scan(regex);
  size_t begin = 0, end = 0;
  return scan.find(text, 0, begin, end) && begin == 0 && end == text.size();
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
        while (at < subject.size() && scan.find(subject, at, begin, end)) {
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
