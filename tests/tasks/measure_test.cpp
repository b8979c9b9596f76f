#include "tasks/measure.h"

#include <gtest/gtest.h>

#include <cmath>

namespace twofold::tasks {
namespace {

double value(const Task& task, const std::vector<Item>& items, const std::vector<Answer>& answers) {
  return measure_likelihoods(task, items, answers).front().numbers.value();
}

Task asking(OutputType type, const std::string& metric) {
  return {.output_type = type, .metric_list = {{.metric = metric}}};
}

const std::vector<Item> kItems = {{.choices = {"a", "bbbb"}, .gold = {1}},
                                  {.choices = {"é", "e"}, .gold = {0}}};

double choosing(const std::string& metric, std::vector<double> first, std::vector<double> second) {
  return value(asking(OutputType::kMultipleChoice, metric), kItems,
               {{.log_p = std::move(first), .greedy = {false, true}},
                {.log_p = std::move(second), .greedy = {false, true}}});
}

TEST(Measure, TakesTheLikeliestChoice) {
  EXPECT_EQ(choosing("acc", {-2, -3}, {-1, -2}), 0.5);
  EXPECT_EQ(choosing("acc", {-2, -2}, {-2, -2}), 0.5);  // of equals the first
}

TEST(Measure, DividesByCharactersOrBytes) {
  EXPECT_EQ(choosing("acc_norm", {-2, -3}, {-2, -1.5}), 0.5);
  EXPECT_EQ(choosing("acc_bytes", {-2, -3}, {-2, -1.5}), 1);  // "é" is two bytes
}

TEST(Measure, CountsWhatTheModelWouldWrite) {
  EXPECT_EQ(choosing("exact_match", {-2, -3}, {-2, -1.5}), 0.5);
}

TEST(Measure, FindsThePositiveClass) {
  // One found rightly; of the other class one taken for it: 2 / (2 + 1).
  EXPECT_DOUBLE_EQ(choosing("f1", {-3, -2}, {-3, -2}), 2.0 / 3);
  EXPECT_EQ(choosing("f1", {-2, -3}, {-2, -3}), 0);
}

TEST(Measure, AnyOfSeveralAnswersIsRight) {
  const std::vector<Item> items = {{.choices = {"a", "b", "c"}, .gold = {0, 2}}};
  const Task task = asking(OutputType::kMultipleChoice, "acc");
  EXPECT_EQ(value(task, items, {{.log_p = {-3, -2, -1}, .greedy = {false, false, false}}}), 1);
  EXPECT_EQ(value(task, items, {{.log_p = {-3, -1, -2}, .greedy = {false, false, false}}}), 0);
}

TEST(Measure, TakesPerplexityByItemOrByLength) {
  const std::vector<Item> items = {{.targets = {"two words"}}, {.targets = {" é\n"}}};
  const std::vector<Answer> answers = {{.log_p = {-4}, .greedy = {true}, .tokens = 3},
                                       {.log_p = {-2}, .greedy = {false}, .tokens = 1}};
  EXPECT_EQ(value(asking(OutputType::kLoglikelihood, "acc"), items, answers), 0.5);
  EXPECT_DOUBLE_EQ(value(asking(OutputType::kLoglikelihood, "perplexity"), items, answers),
                   std::exp(3));
  const auto rolling = [&](const std::string& metric) {
    return value(asking(OutputType::kLoglikelihoodRolling, metric), items, answers);
  };
  EXPECT_DOUBLE_EQ(rolling("token_perplexity"), std::exp(6.0 / 4));
  EXPECT_DOUBLE_EQ(rolling("word_perplexity"), std::exp(6.0 / 5));  // "", "é", "" are three
  EXPECT_DOUBLE_EQ(rolling("byte_perplexity"), std::exp(6.0 / 13));
  EXPECT_DOUBLE_EQ(rolling("bits_per_byte"), 6.0 / 13 / std::log(2));
}

}  // namespace
}  // namespace twofold::tasks
