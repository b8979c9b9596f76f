#include "report/measure.h"

#include <gmock/gmock.h>

namespace twofold::report {
namespace {

Scored at(int64_t step, const std::string& moment, std::map<std::string, Estimate> metrics) {
  return {.step = step, .moment = moment, .metrics = std::move(metrics)};
}

/// A task that is better by `change`, with standard errors of 0.03 and 0.04: the interval of the
/// difference is ± 1.96 · 0.05.
Change task(const std::string& metric, double change) {
  return change_between(measure_of("eval/q/" + metric), {0.5, 0.03}, {0.5 + change, 0.04});
}

TEST(Measure, IsNamedAsInMetrics) {
  EXPECT_EQ(measure_of("val/kjv/loss").subject, "kjv");
  EXPECT_EQ(measure_of("val/kjv/loss").better, Metric::Better::kLower);
  EXPECT_EQ(measure_of("eval/a/b/acc").subject, "a/b");
  EXPECT_EQ(measure_of("eval/q/exact_match,strict-match").better, Metric::Better::kHigher);
  EXPECT_EQ(measure_of("eval/q/word_perplexity").better, Metric::Better::kLower);
  EXPECT_FALSE(measure_of("mine/score").better);
}

TEST(Measure, AVerdictNeedsAnIntervalThatExcludesZero) {
  EXPECT_EQ(task("acc", 0.099).verdict, "learned");
  EXPECT_EQ(task("acc", 0.097).verdict, "unchanged");
  EXPECT_EQ(task("acc", -0.099).verdict, "forgotten");
  EXPECT_EQ(task("bits_per_byte", -0.099).verdict, "learned");
  EXPECT_NEAR(task("acc", 0.1).interval.low, 0.1 - 1.959964 * 0.05, 1e-6);
}

TEST(Measure, ABareSignIsNoVerdict) {
  EXPECT_EQ(change_between(measure_of("val/a/loss"), {5}, {1}).verdict, "");
  EXPECT_EQ(change_between(measure_of("mine/score"), {5, 0.1}, {1, 0.1}).verdict, "");
}

TEST(Measure, ChangesAreFromTheFrozenBaseToTheNewestScore) {
  RunData run;
  run.scored = {at(0, "start", {{"val/a/loss", {5}}}), at(9, "frozen", {{"val/a/loss", {3}}})};
  EXPECT_TRUE(changes_of(run).empty());  // nothing has come after it
  run.scored.push_back(at(12, "", {{"val/a/loss", {2}}}));
  run.scored.push_back(at(15, "end", {{"val/a/loss", {1}}}));
  run.scored.push_back(at(15, "adapters_off", {{"val/a/loss", {3}}}));
  const std::vector<Change> changes = changes_of(run);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].from.value, 3);
  EXPECT_EQ(changes[0].to.value, 1);
}

TEST(Measure, ChangesOfAControlAreThoseOfItsSecondPhase) {
  RunData run;
  run.scored = {at(0, "start", {{"val/a/loss", {5.5}}}), at(20, "boundary_0_1", {}),
                at(45, "boundary", {{"val/a/loss", {4}}}), at(60, "end", {{"val/a/loss", {6}}})};
  EXPECT_EQ(changes_of(run).at(0).value, 2);
  run.scored.erase(run.scored.begin() + 2);  // a run of one phase
  EXPECT_EQ(changes_of(run).at(0).value, 0.5);
  run.scored.front().moment = "";  // its start was not scored
  EXPECT_TRUE(changes_of(run).empty());
}

TEST(Measure, WhatTheRunFoundItemByItemIsTaken) {
  RunData run;
  run.scored = {at(9, "frozen", {{"val/a/loss", {3, 0.5}}, {"val/b/loss", {3}}}),
                at(15, "end", {{"val/a/loss", {2.5, 0.5}}, {"val/b/loss", {2}}})};
  const ContinualChange learned{
      .task = "a", .metric = "loss", .value = -0.5, .interval = {-0.6, -0.4}, .verdict = "learned"};
  const ContinualChange other{.task = "b", .metric = "loss", .value = -9, .interval = {-9, -9}};
  run.continual = {{.tasks = {"a", "b"}, .outcome = {learned, other}}};
  const std::vector<Change> changes = changes_of(run);
  EXPECT_EQ(changes[0].verdict, "learned");  // as independent scores it would be unchanged
  EXPECT_TRUE(changes[0].paired);
  EXPECT_FALSE(changes[1].paired);  // that was of other moments
}

TEST(Measure, PerplexitiesBesideBitsPerByteAreDerived) {
  const std::vector<Measure> all = {measure_of("eval/t/bits_per_byte"),
                                    measure_of("eval/t/word_perplexity"),
                                    measure_of("eval/u/word_perplexity")};
  EXPECT_FALSE(is_derived(all[0], all));
  EXPECT_TRUE(is_derived(all[1], all));
  EXPECT_FALSE(is_derived(all[2], all));
}

}  // namespace
}  // namespace twofold::report
