#include "data/order/permutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace twofold {
namespace {

std::vector<int64_t> all_of(const Permutation& permutation, int64_t size) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < size; ++i) values.push_back(permutation(i));
  return values;
}

TEST(Permutation, VisitsEveryElementOnceForEverySmallSize) {
  for (int64_t size = 1; size <= 600; ++size) {
    std::vector<int> visits(static_cast<size_t>(size));
    for (const int64_t value : all_of(Permutation(size, 5, 6, 7), size)) {
      ASSERT_GE(value, 0);
      ASSERT_LT(value, size);
      ++visits[static_cast<size_t>(value)];
    }
    for (const int count : visits) ASSERT_EQ(count, 1) << size;
  }
}

TEST(Permutation, IsNamedBySeedAndBothKeys) {
  const auto base = all_of(Permutation(1000, 1, 2, 3), 1000);
  EXPECT_EQ(base, all_of(Permutation(1000, 1, 2, 3), 1000));
  EXPECT_NE(base, all_of(Permutation(1000, 9, 2, 3), 1000));
  EXPECT_NE(base, all_of(Permutation(1000, 1, 9, 3), 1000));
  EXPECT_NE(base, all_of(Permutation(1000, 1, 2, 9), 1000));
}

TEST(Permutation, SeeksFarIntoASizeThatNoBufferWouldHold) {
  constexpr int64_t kSize = int64_t{1} << 40;
  const Permutation permutation(kSize + 3, 1, 2, 3);
  for (int64_t i : {int64_t{0}, kSize / 2, kSize + 2}) {
    EXPECT_GE(permutation(i), 0);
    EXPECT_LT(permutation(i), kSize + 3);
  }
}

// Over many epochs each element is first about equally often: chi squared with 9 degrees of
// freedom.
TEST(Permutation, PutsEveryElementFirstEquallyOften) {
  constexpr int kEpochs = 20000;
  std::vector<double> counts(10);
  for (int epoch = 0; epoch < kEpochs; ++epoch)
    ++counts[static_cast<size_t>(Permutation(10, 42, 1, static_cast<uint64_t>(epoch))(0))];
  double chi_squared = 0;
  for (const double count : counts)
    chi_squared += std::pow(count - kEpochs / 10.0, 2) / (kEpochs / 10.0);
  EXPECT_LT(chi_squared, 27.9);  // the 0.1 % quantile
}

TEST(Permutation, LeavesNoTraceOfTheOldOrder) {
  constexpr int64_t kSize = 5000;
  const auto values = all_of(Permutation(kSize, 3, 1, 4), kSize);
  double fixed = 0, ascents = 0;
  for (int64_t i = 0; i < kSize; ++i) {
    fixed += values[static_cast<size_t>(i)] == i;
    if (i > 0) ascents += values[static_cast<size_t>(i)] > values[static_cast<size_t>(i - 1)];
  }
  EXPECT_LT(fixed, 8);  // Poisson with mean 1
  EXPECT_NEAR(ascents, kSize / 2.0, 5 * std::sqrt(kSize / 12.0));
}

}  // namespace
}  // namespace twofold
