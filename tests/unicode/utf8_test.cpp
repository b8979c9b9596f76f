#include "unicode/utf8.h"

#include <gtest/gtest.h>

namespace twofold {
namespace {

TEST(Utf8, FindsTheValidPrefix) {
  EXPECT_EQ(valid_utf8_prefix(""), 0u);
  EXPECT_EQ(valid_utf8_prefix("plain ASCII, long enough"), 24u);
  EXPECT_EQ(valid_utf8_prefix("aé\u4e00\U0001F600"), 10u);
  EXPECT_EQ(valid_utf8_prefix("12345678\xff"), 8u);
  EXPECT_EQ(valid_utf8_prefix("ab\xe4\xb8"), 2u);
}

TEST(Utf8, AcceptsTheEdgesOfTheCodeSpace) {
  for (const char* text :
       {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(valid_utf8_prefix(text), std::string_view(text).size());
    EXPECT_EQ(repair_utf8(text), text);
  }
}

/// What Python 3.11 gives for bytes.decode("utf-8", "replace").
TEST(Utf8, ReplacesIllFormedPartsAsPythonDoes) {
  const std::string r = "\uFFFD";
  EXPECT_EQ(repair_utf8("a\xff"
                        "b"),
            "a" + r + "b");
  EXPECT_EQ(repair_utf8("\xc0\xaf"), r + r);                     // overlong
  EXPECT_EQ(repair_utf8("\xe0\x80\xaf"), r + r + r);             // overlong
  EXPECT_EQ(repair_utf8("\xed\xa0\x80"), r + r + r);             // surrogate
  EXPECT_EQ(repair_utf8("\xf4\x90\x80\x80"), r + r + r + r);     // above U+10FFFF
  EXPECT_EQ(repair_utf8("\xf0\x9f\x98"), r);                     // cut at the end: one part
  EXPECT_EQ(repair_utf8("\xf0\x9f\x98 x"), r + " x");            // cut in the middle
  EXPECT_EQ(repair_utf8("\xe4\xb8\xe4\xb8\x80"), r + "\u4e00");  // a lead byte starts anew
  EXPECT_EQ(repair_utf8("\x80\xbf\xf8"), r + r + r);
}

}  // namespace
}  // namespace twofold
