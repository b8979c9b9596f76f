#include "data/order/mixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "data/data_fixture.h"

namespace twofold {
namespace {

/// Walks `samples` samples and checks each draw and each count against the rates.
void expect_exact_shares(const std::vector<double>& rates, int64_t samples) {
  const MixtureOrder order(rates);
  std::vector<int64_t> served(rates.size());
  for (int64_t n = 0; n < samples; ++n) {
    const MixtureOrder::Draw draw = order(n);
    ASSERT_EQ(draw.index, served[static_cast<size_t>(draw.dataset)]++) << n;
    for (size_t i = 0; i < rates.size(); ++i)
      ASSERT_LT(std::abs(static_cast<double>(served[i]) - static_cast<double>(n + 1) * rates[i]),
                1.0 + 1e-6)
          << "dataset " << i << " after " << n + 1;
  }
  EXPECT_EQ(order.counts(samples), served);
}

/// Random whole weights of K datasets, as rates.
std::vector<double> random_rates(const RandomStream& stream, uint64_t trial, int most) {
  const auto datasets = 1 + stream.bits(trial * 16) % 8;
  std::vector<double> rates;
  for (uint64_t i = 0; i < datasets; ++i)
    rates.push_back(
        static_cast<double>(1 + stream.bits(trial * 16 + i + 1) % static_cast<uint64_t>(most)));
  const double sum = std::accumulate(rates.begin(), rates.end(), 0.0);
  for (double& rate : rates) rate /= sum;
  return rates;
}

TEST(MixtureOrder, KeepsEveryShareWithinOneSampleAtEveryPrefix) {
  const RandomStream stream(1, Purpose::kTest);
  for (uint64_t trial = 0; trial < 150; ++trial)
    expect_exact_shares(random_rates(stream, trial, trial % 3 == 0 ? 100 : 7), 1500);
}

TEST(MixtureOrder, KeepsDecimalRatesOverMoreThanAPeriod) {
  expect_exact_shares({0.5, 0.5}, 100);
  expect_exact_shares({0.9, 0.1}, 1000);
  expect_exact_shares({0.7, 0.1, 0.1, 0.1}, 1000);
  expect_exact_shares({0.123, 0.456, 0.421}, 3000);
  expect_exact_shares({0.99, 0.005, 0.005}, 1000);
}

TEST(MixtureOrder, KeepsThirdsWrittenWithSixDigits) {
  expect_exact_shares({0.333333, 0.333333, 0.333334}, 5000);
  EXPECT_EQ(MixtureOrder({1.0 / 3, 1.0 / 3, 1.0 / 3}).counts(3'000'000'000),
            (std::vector<int64_t>{1'000'000'000, 1'000'000'000, 1'000'000'000}));
}

TEST(MixtureOrder, RoundsRatesThatNoPeriodRepresents) {
  const double a = 1 / std::sqrt(2.0);
  const auto counts = MixtureOrder({a, 1 - a}).counts(1'000'000);
  EXPECT_NEAR(static_cast<double>(counts[0]), a * 1e6, 1);
  EXPECT_EQ(counts[0] + counts[1], 1'000'000);
}

TEST(MixtureOrder, SeeksAsItWalks) {
  const MixtureOrder order({0.6, 0.3, 0.1});
  const int64_t far = 1'000'000'007;
  const auto before = order.counts(far);
  const MixtureOrder::Draw draw = order(far);
  EXPECT_EQ(draw.index, before[static_cast<size_t>(draw.dataset)]);
  EXPECT_EQ(std::accumulate(before.begin(), before.end(), int64_t{0}), far);
  EXPECT_NEAR(static_cast<double>(before[2]), 0.1 * static_cast<double>(far), 1);
}

TEST(MixtureOrder, OfOneDatasetServesItAlways) {
  const MixtureOrder order({1.0});
  EXPECT_EQ(order(17).dataset, 0);
  EXPECT_EQ(order(17).index, 17);
}

TEST(MixtureOrder, RefusesRatesThatAreNotShares) {
  EXPECT_THROW(MixtureOrder({0.5, 0.4}), Error);
  EXPECT_THROW(MixtureOrder({0.5, 0.5, 0.1}), Error);
  EXPECT_THROW(MixtureOrder({1.5, -0.5}), Error);
  EXPECT_THROW(MixtureOrder({1.0, 0.0}), Error);
  EXPECT_THROW(MixtureOrder({std::nan("")}), Error);
  EXPECT_THROW(MixtureOrder({}), Error);
  EXPECT_NO_THROW(MixtureOrder({0.5, 0.4999995}));
}

TEST(CheckRates, NamesTheKeyTheRatesAndTheirSum) {
  const Mixture mixture = {sampling("a", DatasetStyle::PMD, 0.5),
                           sampling("b", DatasetStyle::PMD, 0.25)};
  const std::string text = error_of([&] { check_mixture(mixture, "training/dataset/0"); });
  EXPECT_THAT(text, testing::HasSubstr("training/dataset/0"));
  EXPECT_THAT(text, testing::HasSubstr("0.5 + 0.25, sum 0.75"));
}

}  // namespace
}  // namespace twofold
