#include "inspect/spike.h"

#include <gtest/gtest.h>

namespace twofold {
namespace {

/// Steps 1, 2, … of two rows each, whose losses are these for a token.
std::vector<RowLossRecord> records(const std::vector<double>& losses) {
  std::vector<RowLossRecord> all;
  for (const double loss : losses) {
    const int64_t step = std::ssize(all) / 2 + 1;
    all.push_back({.step = step, .row = 0, .count = 3, .sum = 3 * loss - 1});
    all.push_back({.step = step, .row = 1, .count = 1, .sum = loss + 1});
  }
  return all;
}

TEST(Spike, AStepsLossIsTheMeanOverItsTokens) {
  const auto steps = losses_of_steps(records({4, 3, 2.5}));
  ASSERT_EQ(steps.size(), 3);
  EXPECT_EQ(steps[1].step, 2);
  EXPECT_DOUBLE_EQ(steps[1].loss, 3);
  EXPECT_DOUBLE_EQ(steps[0].before, 4) << "nothing is before the first";
  EXPECT_DOUBLE_EQ(steps[1].before, 4);
}

TEST(Spike, IsTheLargestRiseAboveTheStepsBeforeNotTheLargestLoss) {
  const std::vector<double> losses = {9, 8, 7, 6, 5, 4, 3, 3, 3, 3, 5.5, 3, 3, 3};
  const StepLoss found = largest_rise(losses_of_steps(records(losses)));
  EXPECT_EQ(found.step, 11);
  EXPECT_DOUBLE_EQ(found.loss, 5.5);
  EXPECT_DOUBLE_EQ(found.before, 4) << "the median of the ten before";
}

TEST(Spike, LooksAtSixteenStepsBefore) {
  std::vector<double> losses(20, 100);
  losses.insert(losses.end(), 16, 1);
  losses.push_back(2);
  EXPECT_EQ(largest_rise(losses_of_steps(records(losses))).step, 37);
}

TEST(Spike, SeveralAreInTheOrderOfTheirRises) {
  const std::vector<double> losses = {3, 3, 3, 4, 3, 3, 3, 6, 3, 3, 2, 2};
  std::vector<int64_t> steps;
  for (const StepLoss& step : largest_rises(losses_of_steps(records(losses)), 5)) {
    steps.push_back(step.step);
  }
  EXPECT_EQ(steps, (std::vector<int64_t>{8, 4})) << "the others do not rise";
  EXPECT_EQ(largest_rises(losses_of_steps(records(losses)), 1).size(), 1u);
}

TEST(Spike, OfOneStepIsThatStep) { EXPECT_EQ(largest_rise(losses_of_steps(records({4}))).step, 1); }

}  // namespace
}  // namespace twofold
