#include "data/order/fade.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

namespace twofold {
namespace {

constexpr int64_t kBatch = 10;
const std::vector<int64_t> kSteps = {40, 20, 60};

StageOrder order(FadeCurve curve, std::vector<double> half_lengths, double steepness = 10) {
  return {kSteps,
          {.curve = curve, .steepness = steepness, .half_lengths = std::move(half_lengths)},
          kBatch};
}

/// Rows that each stage serves in each step.
std::vector<std::vector<int64_t>> served(const StageOrder& order) {
  std::vector<std::vector<int64_t>> all;
  for (int64_t step = 0; step < 120; ++step) {
    std::vector<int64_t> counts(kSteps.size());
    for (const StageRows& part : order.of_step(step)) counts[part.stage] += part.count;
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), int64_t{0}), kBatch);
    all.push_back(counts);
  }
  return all;
}

TEST(StageOrder, WithoutAFadeOneStageServesAStep) {
  const StageOrder plain = order(FadeCurve::kLinear, {});
  for (const int64_t step : {0, 39, 40, 59, 60, 119}) {
    const auto parts = plain.of_step(step);
    ASSERT_EQ(parts.size(), 1);
    const size_t stage = step < 40 ? 0 : step < 60 ? 1 : 2;
    const int64_t begin = std::array<int64_t, 3>{0, 40, 60}[stage];
    EXPECT_EQ(parts[0].stage, stage);
    EXPECT_EQ(parts[0].first, (step - begin) * kBatch);
  }
}

TEST(StageOrder, EveryStageServesItsOwnRowsOnceAndAsManyAsWithoutAFade) {
  for (const FadeCurve curve : {FadeCurve::kLinear, FadeCurve::kCosine, FadeCurve::kSigmoid}) {
    for (const std::vector<double>& half : std::vector<std::vector<double>>{{7.5, 3}, {0, 10}}) {
      const StageOrder fading = order(curve, half);
      std::vector<int64_t> next(kSteps.size());
      for (int64_t step = 0; step < 120; ++step) {
        for (const StageRows& part : fading.of_step(step)) {
          EXPECT_EQ(part.first, next[part.stage]) << "no row is left out or served twice";
          next[part.stage] += part.count;
        }
      }
      EXPECT_EQ(next, (std::vector<int64_t>{400, 200, 600}));
    }
  }
}

TEST(StageOrder, SharesFollowTheCurveToWithinARow) {
  const double pi = std::numbers::pi;
  const auto sigmoid = [](double t) { return 1 / (1 + std::exp(-10 * (t - 0.5))); };
  const std::vector<std::pair<FadeCurve, std::function<double(double)>>> curves = {
      {FadeCurve::kLinear, [](double t) { return t; }},
      {FadeCurve::kCosine, [&](double t) { return (1 - std::cos(pi * t)) / 2; }},
      {FadeCurve::kSigmoid, sigmoid}};
  for (const auto& [curve, weight] : curves) {
    const auto counts = served(order(curve, {10, 0}));
    double wanted = 0;
    int64_t found = 0;
    for (int64_t step = 30; step < 50; ++step) {
      for (int part = 0; part < 1000; ++part) {  // the mean of the curve over the step
        wanted +=
            kBatch * weight((static_cast<double>(step - 30) + (part + 0.5) / 1000) / 20) / 1000;
      }
      found += counts[static_cast<size_t>(step)][1];
      EXPECT_NEAR(static_cast<double>(found), wanted, 1.001) << "step " << step;
    }
    EXPECT_EQ(counts[29][1], 0);
    EXPECT_EQ(counts[50][0], 0);
  }
}

TEST(StageOrder, TheNextStageHasTheMajorityFromItsFirstStepOn) {
  const StageOrder fading = order(FadeCurve::kSigmoid, {16, 4}, 4);
  const auto counts = served(fading);
  int64_t before = 0, after = 0;
  for (size_t i = 0; i < 8; ++i) {
    before += counts[32 + i][1];
    after += counts[40 + i][1];
  }
  EXPECT_LT(before, 8 * kBatch / 2);
  EXPECT_GT(after, 8 * kBatch / 2);
}

TEST(StageOrder, ASteepSigmoidIsAHardBoundary) {
  EXPECT_EQ(served(order(FadeCurve::kSigmoid, {10, 10}, 1e6)),
            served(order(FadeCurve::kLinear, {})));
}

TEST(StageOrder, AFadeMayTakeAllOfAStage) {
  const auto counts = served(order(FadeCurve::kLinear, {10, 10}));
  EXPECT_EQ(counts[49][1] + counts[49][0], kBatch);
  EXPECT_GE(counts[49][1], kBatch - 1);
  EXPECT_GE(counts[50][1], kBatch - 1);
}

}  // namespace
}  // namespace twofold
