#include "run/resume/budget.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "run/tiny.h"

namespace twofold {
namespace {

using test::only;
using test::stage;
using test::tiny_plan;
using testing::HasSubstr;

RunPlan both(const std::vector<StageConfig>& pre, const std::vector<StageConfig>& post) {
  return tiny_plan(pre, post);
}

RunState at(int phase, int64_t phase_step) { return {.phase = phase, .phase_step = phase_step}; }

/// What check_stages_kept objects to, or nothing.
std::string objection(const RunPlan& saved, const RunPlan& now, const RunState& progress) {
  try {
    check_stages_kept(saved, now, progress);
  } catch (const Error& error) {
    return error.problems().front().what + " (" + error.problems().front().where + ")";
  }
  return {};
}

const StageConfig kA = stage(320, only("a"));             // 10 steps
const StageConfig kB = stage(320, only("b"), "post");     // 10 steps
const StageConfig kMore = stage(640, only("b"), "post");  // 20 steps

TEST(StagesKept, AcceptsTheSamePlanAnywhere) {
  const RunPlan plan = both({kA}, {kB});
  for (const RunState& progress : {at(1, 0), at(1, 5), at(1, 10), at(2, 0), at(2, 10)}) {
    EXPECT_EQ(objection(plan, plan, progress), "");
  }
}

TEST(StagesKept, AcceptsWhatLiesAhead) {
  const RunPlan saved = both({kA}, {kB});
  EXPECT_EQ(objection(saved, both({kA}, {kMore}), at(2, 10)), "");
  EXPECT_EQ(objection(saved, both({kA}, {kB, stage(320, only("c"), "post")}), at(2, 10)), "");
  EXPECT_EQ(objection(saved, both({kA}, {stage(320, only("c"), "post")}), at(2, 0)), "")
      << "nothing of it has been trained";
  EXPECT_EQ(objection(saved, both({stage(640, only("a"))}, {kB}), at(1, 10)), "");
}

TEST(StagesKept, RefusesAnotherPast) {
  const RunPlan saved = both({kA}, {kB});
  EXPECT_THAT(objection(saved, both({stage(320, only("c"))}, {kB}), at(1, 1)),
              HasSubstr("mixture of a stage that has been trained on differs"));
  EXPECT_THAT(objection(saved, both({stage(160, only("a"))}, {kB}), at(1, 6)),
              HasSubstr("smaller than what has been trained already"));
  EXPECT_THAT(objection(saved, both({stage(640, only("a"))}, {kB}), at(2, 1)),
              HasSubstr("phase 1 is over"));
  EXPECT_THAT(objection(saved, both({}, {kB}), at(2, 1)), HasSubstr("phase"));
  Mixture shares = only("a");
  shares[0].rate = 0.5;
  shares.push_back({.name = "b", .rate = 0.5, .style = DatasetStyle::PMD, .suffix = ""});
  EXPECT_THAT(objection(saved, both({stage(320, shares)}, {kB}), at(1, 1)), HasSubstr("mixture"));
}

TEST(StagesKept, AFinishedStageKeepsItsLength) {
  const RunPlan saved = both({kA, kA}, {kB});
  const RunPlan now = both({stage(640, only("a")), kA}, {kB});
  EXPECT_THAT(objection(saved, now, at(1, 15)), HasSubstr("budget of a finished stage differs"));
  EXPECT_THAT(objection(saved, both({kA}, {kB}), at(1, 15)), HasSubstr("is gone"));
}

TEST(StagesKept, APlainRunsPhaseIsPhaseOneOfBoth) {
  const RunPlan plain = both({{320, only("a"), "training/tokens", "training/dataset"}}, {});
  EXPECT_EQ(objection(plain, both({kA}, {kB}), at(1, 10)), "");
  EXPECT_THAT(objection(plain, both({stage(320, only("c"))}, {kB}), at(1, 10)),
              HasSubstr("training/pre_lora_dataset/0"));
  EXPECT_EQ(objection(both({kA}, {kB}), plain, at(1, 10)), "");
}

/// Steps of both phases, the second's under `schedule`.
RunPlan scheduled(const StageConfig& post, const char* schedule) {
  std::vector<Phase> phases = test::two_phases({kA}, {post});
  for (Phase& phase : phases) phase.schedule = {.schedule = schedule, .warmup_pct = 0};
  return tiny_plan(phases);
}

TEST(RatesKept, DependOnTheScheduleAndOnWhatHasBeenDone) {
  const auto kept = [&](const char* schedule, const RunState& progress) {
    try {
      check_rates_kept(scheduled(kB, schedule), scheduled(kMore, schedule), progress);
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.problems().front().where, "training/post_lora_tokens/0");
      return false;
    }
  };
  EXPECT_TRUE(kept("constant", at(2, 10)));
  EXPECT_TRUE(kept("wsd", at(2, 9))) << "the decay has not begun";
  EXPECT_FALSE(kept("cosine", at(2, 3)));
  EXPECT_TRUE(kept("cosine", at(2, 1))) << "the first step has the peak in both";
  EXPECT_TRUE(kept("cosine", at(1, 10))) << "phase 2 has not begun";
}

}  // namespace
}  // namespace twofold
