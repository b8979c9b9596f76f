#include "tensor/finite.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

namespace twofold {
namespace {

TEST(Finite, OneElementOfAnyKindIsFoundAnywhere) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16, at::kHalf}) {
    const at::Tensor sound = at::randn({3, 70'001}).to(type);
    EXPECT_TRUE(is_finite(sound)) << type;
    EXPECT_TRUE(is_finite(at::empty({0}, type))) << type;
    for (const double value :
         {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
          std::numeric_limits<double>::quiet_NaN()}) {
      for (const int64_t at : {int64_t{0}, int64_t{65'535}, int64_t{65'536}, sound.numel() - 1}) {
        at::Tensor ruined = sound.clone();
        ruined.view(-1)[at].fill_(value);
        EXPECT_FALSE(is_finite(ruined)) << type << " " << value << " at " << at;
        EXPECT_FALSE(is_finite(ruined.t())) << type;
      }
    }
  }
}

TEST(Finite, TheLargestAndTheSmallestNumbersAre) {
  EXPECT_TRUE(is_finite(at::tensor(
      {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(), -0.0F})));
  EXPECT_TRUE(is_finite(at::tensor({std::numeric_limits<int64_t>::max()})));
}

TEST(Finite, OfAViewOnlyWhatIsSeen) {
  const at::Tensor table = at::zeros({4, 6});
  table[1][5].fill_(std::numeric_limits<float>::infinity());
  EXPECT_TRUE(is_finite(table.narrow(1, 0, 5)));
  EXPECT_FALSE(is_finite(table.narrow(1, 2, 4)));
}

TEST(FindNotFinite, SaysWhereTheFirstIsAndHowManyThereAre) {
  const at::Tensor weights = at::zeros({3, 4, 5});
  EXPECT_FALSE(find_not_finite(weights, "file: name"));
  weights[2][1][3].fill_(-std::numeric_limits<float>::infinity());
  auto problem = find_not_finite(weights, "file: name");
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->where, "file: name[2, 1, 3]");
  EXPECT_EQ(problem->found, "-inf");
  weights[0][3][0].fill_(std::numeric_limits<float>::quiet_NaN());
  problem = find_not_finite(weights, "file: name");
  EXPECT_EQ(problem->where, "file: name[0, 3, 0]");
  EXPECT_EQ(problem->found, "NaN, and 1 more that are not finite");
  EXPECT_EQ(find_not_finite(weights.transpose(0, 2), "t")->where, "t[0, 3, 0]");
  EXPECT_EQ(find_not_finite(weights[2][1][3], "one")->where, "one");
}

TEST(FindOverflow, NamesTheDtypeThatIsTooNarrow) {
  const at::Tensor wide = at::full({2}, std::numeric_limits<float>::max());
  EXPECT_FALSE(find_overflow(wide, "a"));
  const auto problem = find_overflow(wide.to(at::kBFloat16), "a");
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->where, "a[0]");
  EXPECT_NE(problem->what.find("bfloat16"), std::string::npos);
}

}  // namespace
}  // namespace twofold
