#include "base/ascii.h"

#include <gtest/gtest.h>

namespace twofold {
namespace {

TEST(Ascii, OnlyItsCapitalLettersChange) {
  EXPECT_EQ(ascii_lower("All-Linear.GZ [@`{] 09"), "all-linear.gz [@`{] 09");
  EXPECT_EQ(ascii_lower("\u00c4\u0130K"), "\u00c4\u0130k");
  EXPECT_EQ(ascii_lower(""), "");
}

}  // namespace
}  // namespace twofold
