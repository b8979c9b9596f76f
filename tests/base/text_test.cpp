#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace twofold;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(NearestNames, RanksByDistanceAndKeepsOnlyPlausibleOnes) {
  const std::vector<std::string> names = {"rank", "alpha", "rate", "target_modules"};
  EXPECT_THAT(nearest_names("rnk", names), ElementsAre("rank"));
  EXPECT_THAT(nearest_names("RANK", names), ElementsAre("rank"));
  EXPECT_THAT(nearest_names("arnk", names), ElementsAre("rank"));
  EXPECT_THAT(nearest_names("target", names), ElementsAre("target_modules"));
  EXPECT_THAT(nearest_names("zzzzzz", names), IsEmpty());
  EXPECT_THAT(nearest_names("a", {"b", "c", "d", "e"}, 2), ElementsAre("b", "c"));
}

TEST(DidYouMean, IsAQuestionOrNothing) {
  EXPECT_EQ(did_you_mean("rnk", {"rank"}), "did you mean `rank`?");
  EXPECT_EQ(did_you_mean("cat", {"bat", "hat", "rat"}), "did you mean `bat`, `hat` or `rat`?");
  EXPECT_EQ(did_you_mean("cat", {"elephant"}), "");
}

TEST(JoinAndSplit, AreInverse) {
  EXPECT_THAT(split("a//b", '/'), ElementsAre("a", "", "b"));
  EXPECT_THAT(split("", '/'), ElementsAre(""));
  EXPECT_EQ(join(split("a//b", '/'), "/"), "a//b");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Human, NumbersAreShortAndRoundUpToTheNextUnit) {
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_count(1234567), "1.23M");
  EXPECT_EQ(human_count(999'999), "1.00M");
  EXPECT_EQ(human_count(2.5e10), "25.0B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(12), "12 B");
  EXPECT_EQ(human_bytes(1048575), "1.0 MiB");
  EXPECT_EQ(human_duration(3725), "1h02m");
  EXPECT_EQ(human_duration(59.7), "1m00s");
  EXPECT_EQ(human_duration(0.25), "0.2s");
  EXPECT_EQ(human_duration(200000), "2d07h");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(with_thousands(-123), "-123");
  EXPECT_EQ(with_thousands(-1234), "-1,234");
}

}  // namespace
