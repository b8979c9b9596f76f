#include "eval/task_evaluator.h"

#include <gmock/gmock.h>

#include <cmath>

#include "eval/sharp_model.h"

namespace twofold {
namespace {

/// A task with fixed scores.
class Fixed : public TaskEvaluation {
 public:
  Fixed() : TaskEvaluation({.task = "t"}, std::vector<tasks::Item>(4)) {}
  TaskScore score(Model&, const std::function<void(double)>&) const override {
    stats::ItemNumbers right(stats::Aggregation::kMean), lls(stats::Aggregation::kPerplexity);
    for (const double value : {1, 0, 1, 1}) {
      right.add(value);
      lls.add(-value);
    }
    return {.metrics = {{"acc", Metric::Better::kHigher, right},
                        {"perplexity", Metric::Better::kLower, lls}},
            .cut = 2};
  }
};

TEST(TaskEvaluator, NamesItsMetricsAndSaysHowSureTheyAre) {
  const auto model = test::sharp_model(8);
  std::vector<std::string> told;
  TaskEvaluator evaluator(std::make_unique<Fixed>(), nullptr,
                          [&](const std::string& text) { told.push_back(text); });
  const auto metrics = evaluator.evaluate({.model = *model, .progress = [](double) {}});
  ASSERT_EQ(metrics.size(), 2);
  EXPECT_EQ(metrics[0].name, "eval/t/acc");
  EXPECT_EQ(metrics[0].value, 0.75);
  EXPECT_DOUBLE_EQ(metrics[0].standard_error, 0.25);
  EXPECT_EQ(metrics[0].better, Metric::Better::kHigher);
  EXPECT_EQ(metrics[1].name, "eval/t/perplexity");
  EXPECT_TRUE(std::isfinite(metrics[1].standard_error));
  evaluator.evaluate({.model = *model, .progress = [](double) {}});
  ASSERT_EQ(told.size(), 1) << "once";
  EXPECT_NE(told[0].find("t: 2 of 4"), std::string::npos);
}

TEST(SampleOf, IsTheSameEveryTimeAndInOrder) {
  std::vector<tasks::Item> items;
  for (int i = 0; i < 100; ++i) items.push_back({.where = std::to_string(1000 + i)});
  const auto places = [&](int64_t count, const std::string& task) {
    std::vector<std::string> all;
    for (const tasks::Item& item : sample_of(items, count, task)) all.push_back(item.where);
    return all;
  };
  EXPECT_EQ(places(10, "a"), places(10, "a"));
  EXPECT_NE(places(10, "a"), places(10, "b"));
  EXPECT_EQ(places(10, "a").size(), 10);
  EXPECT_TRUE(std::ranges::is_sorted(places(10, "a")));
  EXPECT_NE(places(10, "a").back(), "1009") << "not the first ones";
  EXPECT_EQ(places(-1, "a").size(), 100);
  EXPECT_EQ(places(500, "a").size(), 100);
}

}  // namespace
}  // namespace twofold
