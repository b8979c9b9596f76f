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

}  // namespace
}  // namespace twofold
