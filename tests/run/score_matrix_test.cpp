#include "run/score_matrix.h"

#include <gmock/gmock.h>

#include <cmath>

namespace twofold {
namespace {

using testing::ElementsAre;

/// Two stages of all parameters, one of adapters.
RunPlan plan() {
  RunPlan plan;
  PhasePlan first, second{.phase = {.number = 2, .trained = Trained::kAdapters}};
  first.stages = {{.config = {.mixture = {{.name = "a"}}}, .steps = 4, .number = 0},
                  {.config = {.mixture = {{.name = "b"}, {.name = "a"}}},
                   .steps = 4,
                   .first_step = 4,
                   .number = 1}};
  second.stages = {{.config = {.mixture = {{.name = "mnli"}}}, .steps = 4, .number = 2}};
  plan.phases = {first, second};
  return plan;
}

BoundaryScores scored(const std::string& label, double a, double b) {
  return {.label = label,
          .tasks = {{.name = "val/a/loss", .value = a, .items = 2},
                    {.name = "val/b/loss", .value = b, .items = 2},
                    {.name = "eval/mnli_rollout/acc", .higher_is_better = true, .value = 0.5},
                    {.name = "eval/other/acc", .higher_is_better = true, .value = 0.5}}};
}

TEST(TaskMatrix, ATaskIsTrainedAtTheEndOfTheFirstStageThatHasIt) {
  TrainState state;
  for (const char* label : {"start", "boundary_0_1", "boundary", "frozen", "end"}) {
    state.progress.boundaries.push_back(scored(label, 1, 2));
  }
  const RunPlan of = plan();
  const TaskMatrix losses(of, state, kLosses), tasks(of, state, kEvaluations);
  EXPECT_THAT(losses.numbers().trained, ElementsAre(1, 2));
  EXPECT_THAT(tasks.numbers().trained, ElementsAre(4, std::nullopt));
  EXPECT_EQ(tasks.task(0), "mnli_rollout");
  EXPECT_EQ(tasks.metric(0), "acc");
  EXPECT_EQ(losses.label(3), "frozen");
  EXPECT_EQ(main_matrix(of, state).tasks(), 2) << "where tasks are asked, they are the matrix";
}

TEST(TaskMatrix, APhaseThatEndedEarlyHasOnlyItsEnd) {
  TrainState state;
  state.progress.boundaries = {scored("start", 1, 2), scored("boundary", 1, 2)};
  const RunPlan of = plan();
  EXPECT_THAT(TaskMatrix(of, state, kLosses).numbers().trained, ElementsAre(1, 1));
}

TEST(TaskMatrix, WithoutAStartThereIsNoForwardTransfer) {
  TrainState state;
  state.progress.boundaries = {scored("boundary_0_1", 1, 4), scored("boundary", 2, 3)};
  const RunPlan of = plan();
  EXPECT_TRUE(std::isnan(TaskMatrix(of, state, kLosses).metrics().forward_transfer));
  state.progress.boundaries.insert(state.progress.boundaries.begin(), scored("start", 6, 6));
  EXPECT_EQ(TaskMatrix(of, state, kLosses).metrics().forward_transfer, 2);
  EXPECT_EQ(TaskMatrix(of, state, kLosses).metrics().forgetting, 1);
}

TEST(TaskMatrix, AChangeIsPairedWhereTheItemsAreKnown) {
  TrainState state;
  state.progress.boundaries = {scored("start", 1.5, 2), scored("end", 1, 2)};
  for (BoundaryScores& boundary : state.progress.boundaries) {
    boundary.tasks[0].standard_error = 0.5;
  }
  const RunPlan of = plan();
  const TaskMatrix losses(of, state, kLosses);
  EXPECT_NEAR(losses.change(0, 1, 0)->standard_error, std::sqrt(0.5), 1e-12);
  state.scored_items["start/val/a/loss"] = {1, 2};
  state.scored_items["end/val/a/loss"] = {0.5, 1.5};
  EXPECT_EQ(losses.change(0, 1, 0)->value, -0.5);
  EXPECT_EQ(losses.change(0, 1, 0)->standard_error, 0) << "each item by as much";
  EXPECT_TRUE(std::isnan(losses.change(0, 1, 1)->standard_error));
}

}  // namespace
}  // namespace twofold
