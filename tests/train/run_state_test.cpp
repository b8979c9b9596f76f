#include "twofold/train/run_state.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "train/run_state_json.h"

namespace twofold {
namespace {

RunState somewhere() {
  RunState state{.phase = 2, .step = 30, .phase_step = 10, .tokens = 4800, .seed = 1337};
  state.validated_step = 28;
  state.best_loss = 1.25;
  state.stale_validations = 3;
  state.phase_ended_early = true;
  state.metrics_bytes = 512;
  state.scores[Milestone::kStart] = {{"first", 5.5}};
  state.boundaries = {
      {.label = "boundary_0_1",
       .step = 20,
       .tokens = 640,
       .tasks = {{.name = "val/first/loss", .value = 2.5, .items = 8, .standard_error = 0.1},
                 {.name = "eval/scan/acc", .higher_is_better = true, .value = 1, .items = 1}}}};
  state.weights_dtype = "bfloat16";
  state.base_id = "abc";
  state.cpu_model = "a processor";
  state.native_bfloat16 = true;
  state.data["first/train.bin"] = "40 bytes";
  return state;
}

TEST(RunState, IsTheSameAfterARoundTrip) {
  const RunState state = somewhere();
  EXPECT_EQ(state_to_json(state_from_json(state_to_json(state), "state.json")),
            state_to_json(state));
}

TEST(RunState, KeepsNoBestLossOpen) {
  const RunState state = state_from_json(state_to_json(RunState{}), "state.json");
  EXPECT_EQ(state.best_loss, std::nullopt);
}

TEST(RunState, SavesWhatItDeclaresAndNothingElse) {
  const nlohmann::json whole = state_to_json(somewhere());
  size_t entries = 0;
  RunState state;
  RunState::each(state, [&](const char* name, const auto&, RunState::Stored) {
    EXPECT_TRUE(whole.contains(name)) << name;
    ++entries;
  });
  EXPECT_EQ(whole.size(), entries);
}

TEST(RunState, EveryFieldMustBeThereAndOfItsType) {
  const nlohmann::json whole = state_to_json(somewhere());
  RunState state;
  RunState::each(state, [&](const char* name, const auto&, RunState::Stored since) {
    nlohmann::json lacking = whole, wrong = whole;
    lacking.erase(name);
    wrong[name] = nlohmann::json::array({"x"});
    if (since == RunState::Stored::kAlways) {
      EXPECT_THROW(state_from_json(lacking, "state.json"), Error) << name;
    } else {
      EXPECT_NO_THROW(state_from_json(lacking, "state.json")) << name;
    }
    EXPECT_THROW(state_from_json(wrong, "state.json"), Error) << name;
  });
}

TEST(RunState, AnUnknownMilestoneIsRefused) {
  nlohmann::json json = state_to_json(somewhere());
  json["scores"]["middle"] = {{"first", 1.0}};
  EXPECT_THROW(state_from_json(json, "state.json"), Error);
}

TEST(RunState, ValidationsWithoutABetterLossEndThePhase) {
  RunState state{.step = 4};
  EXPECT_TRUE(state.note_validation(2, 2));
  EXPECT_EQ(state.validated_step, 4);
  EXPECT_FALSE(state.note_validation(2, 2)) << "no better than the best";
  EXPECT_FALSE(state.phase_ended_early);
  EXPECT_FALSE(state.note_loss(3));
  EXPECT_EQ(state.stale_validations, 1) << "the end of a phase is no sign";
  EXPECT_FALSE(state.note_validation(2.5, 2));
  EXPECT_TRUE(state.phase_ended_early);
  EXPECT_TRUE(state.note_validation(1, 2));
  EXPECT_FALSE(state.phase_ended_early);
}

TEST(RunState, ANewPhaseStartsItsOwnCounts) {
  RunState state = somewhere();
  state.phase = 1;
  state.enter_phase(2);
  EXPECT_EQ(state.step, 30);
  EXPECT_EQ(state.phase_step, 0);
  EXPECT_EQ(state.stale_validations, 0);
  EXPECT_FALSE(state.phase_ended_early);
  EXPECT_EQ(state.best_loss, std::nullopt);
}

}  // namespace
}  // namespace twofold
