#include "run/plan/run_plan.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "run/tiny.h"

namespace twofold {
namespace {

using test::only;
using test::stage;
using test::tiny_plan;
using testing::ElementsAre;

TEST(RunPlan, AStageTakesItsTokensInWholeStepsRoundedUp) {
  const RunPlan plan =
      tiny_plan({stage(320, only("a")), stage(33, only("b"))}, {stage(32, only("a"), "post")});
  EXPECT_EQ(plan.tokens_per_step(), 32);
  EXPECT_THAT(plan.find(1)->stage_steps(), ElementsAre(10, 2));
  EXPECT_EQ(plan.find(1)->stages[1].first_step, 10);
  EXPECT_EQ(plan.find(2)->stages[0].number, 2) << "counted over the run";
  EXPECT_EQ(plan.find(2)->stages[0].first_step, 0) << "counted over the phase";
  EXPECT_EQ(plan.total_steps(), 13);
  EXPECT_EQ(plan.steps_after(1), 1);
  EXPECT_EQ(plan.steps_after(2), 0);
  EXPECT_THAT(plan.datasets(), ElementsAre("a", "b"));
}

TEST(RunPlan, AStepBelongsToItsStageAndThePhasesEndToTheLast) {
  const RunPlan plan = tiny_plan({stage(64, only("a")), stage(64, only("b"))}, {});
  const PhasePlan& phase = *plan.find(1);
  std::vector<int> numbers;
  for (int64_t step = 0; step <= 4; ++step) numbers.push_back(phase.stage_at(step).number);
  EXPECT_THAT(numbers, ElementsAre(0, 0, 1, 1, 1));
}

TEST(RunPlan, APhaseWithoutStagesIsNone) {
  const RunPlan plan = tiny_plan({}, {stage(32, only("a"), "post")});
  EXPECT_EQ(plan.find(1), nullptr);
  EXPECT_EQ(plan.phases.size(), 1);
  EXPECT_EQ(plan.memory.size(), 1);
}

TEST(RunPlan, EveryBudgetBelowOneStepIsNamed) {
  try {
    tiny_plan({stage(31, only("a"))}, {stage(1, only("a"), "post")});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    ASSERT_EQ(error.problems().size(), 2);
    EXPECT_EQ(error.problems()[0].where, "training/pre_lora_tokens/0");
    EXPECT_EQ(error.problems()[1].where, "training/post_lora_tokens/0");
  }
}

TEST(RunPlan, KnowsWhatIsBehindARun) {
  const RunPlan plan = tiny_plan({stage(64, only("a"))}, {stage(96, only("b"), "post")});
  struct Case {
    int phase;
    int64_t phase_step;
    bool early, over, complete;
  };
  for (const Case& at : {Case{1, 1, false, false, false}, Case{1, 2, false, true, false},
                         Case{1, 1, true, true, false}, Case{2, 2, false, false, false},
                         Case{2, 3, false, true, true}, Case{2, 1, true, true, true}}) {
    RunState progress{.phase = at.phase, .phase_step = at.phase_step};
    progress.phase_ended_early = at.early;
    EXPECT_EQ(plan.phase_is_over(progress), at.over) << at.phase << " " << at.phase_step;
    EXPECT_EQ(plan.is_complete(progress), at.complete) << at.phase << " " << at.phase_step;
  }
}

}  // namespace
}  // namespace twofold
