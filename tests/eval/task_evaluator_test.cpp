#include "eval/task_evaluator.h"

#include <gmock/gmock.h>

#include <cmath>

#include "eval/sharp_model.h"

namespace twofold {
namespace {

/// A task with fixed scores; from the second time on no answer is right.
class Fixed : public TaskEvaluation {
 public:
  Fixed() : TaskEvaluation({.task = "t"}, std::vector<tasks::Item>(4)) {}
  TaskScore score(Model&, const std::function<void(double)>&) const override {
    stats::ItemNumbers right(stats::Aggregation::kMean), lls(stats::Aggregation::kPerplexity);
    for (const double value : {1, 0, 1, 1}) {
      right.add(asked_ > 0 ? 0 : value);
      lls.add(-value);
    }
    ++asked_;
    return {.metrics = {{"acc", Metric::Better::kHigher, right},
                        {"perplexity", Metric::Better::kLower, lls}},
            .cut = 2};
  }

 private:
  mutable int asked_ = 0;
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

TEST(AdaptersTable, SaysBetterAndWorseOnlyBeyondTheInterval) {
  const auto model = test::sharp_model(8);
  TaskEvaluator evaluator(std::make_unique<Fixed>(), nullptr, {});
  const Evaluation asked{.model = *model, .progress = [](double) {}};
  const std::vector<TaskEvaluator*> tasks = {&evaluator};
  evaluator.evaluate(asked);
  EXPECT_TRUE(adapters_table(tasks).rows.empty()) << "asked once";
  evaluator.evaluate(asked);
  const Table table = adapters_table(tasks);
  ASSERT_EQ(table.rows.size(), 2);
  EXPECT_THAT(table.rows[0],
              testing::ElementsAre("t", "acc", "0.0000", "0.7500", "+0.2500 … +1.0000", "better"));
  EXPECT_EQ(table.rows[1].back(), "–") << "the perplexity is the same";
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
