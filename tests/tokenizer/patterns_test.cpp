#include "tokenizer/patterns.h"

#include <gtest/gtest.h>

#include "unicode/regex.h"

namespace twofold {
namespace {

TEST(Patterns, SurviveLongRunsOfOneKind) {
  for (const char* pattern :
       {kGpt2Pattern, kCl100kPattern, kO200kPattern, kLlama3Pattern, kQwen2Pattern}) {
    const Regex regex(pattern);
    RegexScan scan(regex);
    for (const char* unit : {" ", "\n", "a", "A", "\u4e00", "!", "1", "\u0300", " \n", "\r\n"}) {
      std::string text;
      for (int i = 0; i < 100'000; ++i) text += unit;
      for (const std::string& tail : {std::string(), std::string("x")}) {
        const std::string subject = text + tail;
        size_t at = 0, begin = 0, end = 0;
        scan.read(subject);
        while (at < subject.size() && scan.find(at, begin, end)) {
          ASSERT_EQ(begin, at) << pattern << " skips text";
          at = end;
        }
        EXPECT_EQ(at, subject.size()) << pattern;
      }
    }
  }
}

}  // namespace
}  // namespace twofold
