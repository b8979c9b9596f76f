#include "stats/metric.h"

#include <cmath>
#include <map>

#include "stats/bleu.h"
#include "support/kept.h"

namespace twofold::stats {
namespace {

const std::map<std::string, Aggregation> kNames = {
    {"mean", Aggregation::kMean},
    {"perplexity", Aggregation::kPerplexity},
    {"weighted_perplexity", Aggregation::kWeightedPerplexity},
    {"bits_per_byte", Aggregation::kBitsPerByte},
    {"bleu", Aggregation::kBleu}};

ItemNumbers numbers_of(const nlohmann::json& row) {
  ItemNumbers numbers(kNames.at(row["name"]));
  for (const auto& item : row["items"]) {
    if (row["name"] == "bleu") {
      const std::vector<std::string> reference = {item[0]};
      numbers.add(count_bleu(item[1].get<std::string>(), reference));
    } else if (item.is_array()) {
      numbers.add(item.get<std::vector<double>>());
    } else {
      numbers.add(item.get<double>());
    }
  }
  return numbers;
}

ItemNumbers means(const std::vector<double>& values) {
  ItemNumbers numbers(Aggregation::kMean);
  for (const double value : values) numbers.add(value);
  return numbers;
}

TEST(Metric, IsLmEvals) {
  for (const auto& row : test::kept("stats/kept/stderr")) {
    const double value = row["value"];
    EXPECT_NEAR(numbers_of(row).value(), value, 1e-9 * value) << row["name"];
  }
}

TEST(Metric, StandardErrorIsLmEvals) {
  int compared = 0;
  for (const auto& row : test::kept("stats/kept/stderr")) {
    if (!row.contains("stderr")) continue;
    const double theirs = row["stderr"];
    const bool drawn = row.contains("resamples");
    const Bootstrap bootstrap{.resamples = row.value("resamples", 0), .seed = 1};
    EXPECT_NEAR(standard_error(numbers_of(row), bootstrap), theirs, (drawn ? 0.05 : 1e-12) * theirs)
        << row["name"];
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

TEST(Metric, EveryAggregationHasAStandardError) {
  for (const auto& row : test::kept("stats/kept/stderr")) {
    const double error = standard_error(numbers_of(row), {.resamples = 200});
    EXPECT_TRUE(std::isfinite(error) && error > 0) << row["name"];
  }
}

TEST(Metric, TheSeedDecidesWhatIsDrawn) {
  const ItemNumbers numbers = numbers_of(test::kept("stats/kept/stderr")[1]);
  const auto error = [&](uint64_t seed) {
    return standard_error(numbers, {.resamples = 100, .seed = seed});
  };
  EXPECT_EQ(error(3), error(3));
  EXPECT_NE(error(3), error(4));
}

TEST(Metric, WithoutItemsOrWithOneThereIsNoCertainty) {
  EXPECT_TRUE(std::isnan(means({}).value()));
  EXPECT_TRUE(std::isnan(standard_error(means({}))));
  EXPECT_EQ(means({1}).value(), 1);
  EXPECT_TRUE(std::isnan(standard_error(means({1}))));
}

TEST(PairedDifference, SeesWhatSingleErrorsHide) {
  // Items differ far more from each other than the two models do on the same item.
  ItemNumbers ours(Aggregation::kPerplexity), theirs(Aggregation::kPerplexity);
  for (int i = 0; i < 200; ++i) {
    theirs.add(-(i % 20));
    ours.add(-(i % 20) * 0.98 - 0.01 * (i % 3));
  }
  const Interval interval = paired_difference(ours, theirs);
  EXPECT_LT(interval.high, 0);
  EXPECT_TRUE(interval.excludes_zero());
  EXPECT_LT(interval.low, ours.value() - theirs.value());
  EXPECT_GT(interval.high, ours.value() - theirs.value());
  EXPECT_GT(standard_error(theirs, {.resamples = 500}), theirs.value() - ours.value());
}

TEST(PairedDifference, OfMeansIsAsWideAsTheNormalOne) {
  std::vector<double> a, b;
  for (int i = 0; i < 400; ++i) {
    a.push_back(i % 5 < 3);
    b.push_back(i % 7 < 3);
  }
  std::vector<double> differences;
  for (size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  const double error = standard_error(means(differences));
  const double difference = means(differences).value();
  const Interval interval = paired_difference(means(a), means(b));
  EXPECT_NEAR(interval.low, difference - 1.96 * error, 0.05 * error * 1.96);
  EXPECT_NEAR(interval.high, difference + 1.96 * error, 0.05 * error * 1.96);
  const Interval wider = paired_difference(means(a), means(b), 0.99);
  EXPECT_LT(wider.low, interval.low);
}

TEST(PairedDifference, OfAModelAndItselfIsNothing) {
  const ItemNumbers numbers = means({1, 0, 1, 1});
  const Interval interval = paired_difference(numbers, numbers);
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 0);
  EXPECT_FALSE(interval.excludes_zero());
}

TEST(Metric, PseudoValuesOfAMeanAreItsItemsAndOfAllElseSpreadAsTheMetric) {
  EXPECT_EQ(pseudo_values(means({1, 2, 4})), (std::vector<double>{1, 2, 4}));
  for (const auto& row : test::kept("stats/kept/stderr")) {
    const ItemNumbers numbers = numbers_of(row);
    const std::vector<double> values = pseudo_values(numbers);
    ASSERT_EQ(values.size(), numbers.items());
    // Perplexities of so few items are far from linear: their resamples are skewed.
    if (row["name"].get<std::string>().ends_with("perplexity")) continue;
    EXPECT_NEAR(standard_error(means(values)) / standard_error(numbers), 1, 0.1) << row["name"];
  }
}

TEST(Metric, TheRatioOfSumsIsTheLossOfTokensAndItsErrorThatOfRows) {
  ItemNumbers numbers(Aggregation::kRatio);
  const std::vector<std::vector<double>> rows = {{8, 4}, {3, 2}, {10, 4}, {2, 1}, {7, 3}};
  for (const auto& row : rows) numbers.add(row);
  const double ratio = 30.0 / 14;
  EXPECT_EQ(numbers.value(), ratio);
  double squares = 0;  // of the ratio estimator: s² = Σ(a − r·b)² / (n − 1), error √(n·s²) / Σb
  for (const auto& row : rows) squares += std::pow(row[0] - ratio * row[1], 2);
  EXPECT_NEAR(standard_error(means(pseudo_values(numbers))) / (std::sqrt(5 * squares / 4) / 14), 1,
              0.1);
  ItemNumbers one(Aggregation::kRatio);
  one.add(rows[0]);
  EXPECT_EQ(pseudo_values(one), std::vector<double>{2});
}

}  // namespace
}  // namespace twofold::stats
