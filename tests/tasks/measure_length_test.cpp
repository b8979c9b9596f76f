#include <gtest/gtest.h>

#include "tasks/measure.h"

namespace twofold::tasks {
namespace {

double score(const std::string& metric, const Item& item, const Answer& answer) {
  const Task task{.output_type = OutputType::kMultipleChoice, .metric_list = {{.metric = metric}}};
  return measure_likelihoods(task, {item}, {answer}).front().numbers.value();
}

TEST(MeasureLikelihoods, ByCharactersBytesAndTokens) {
  // The first is likeliest; the second by its characters; the third by its bytes and its tokens.
  const Item second{.choices = {"a", "abcd", "ééé"}, .gold = {1}};
  const Item third{.choices = {"a", "abcd", "ééé"}, .gold = {2}};
  const Answer answer{.log_p = {-4, -5, -6}, .greedy = {false, false, false}, .lengths = {1, 1, 6}};
  EXPECT_EQ(score("acc", second, answer), 0);
  EXPECT_EQ(score("acc_norm", second, answer), 1);
  EXPECT_EQ(score("acc_bytes", third, answer), 1);
  EXPECT_EQ(score("acc_per_token", third, answer), 1);
  EXPECT_EQ(score("acc_per_token", second, answer), 0);
}

}  // namespace
}  // namespace twofold::tasks
