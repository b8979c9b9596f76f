#include "train/loop.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/stop.h"
#include "toy.h"

namespace twofold {
namespace {

using test::Toy;
using test::toy_batch;
using testing::ElementsAre;

/// A phase of the toy problem, and what happened in it.
struct Phase : PhaseEvents {
  Toy toy;
  RunState state;
  std::vector<int64_t> validated, saved;
  std::vector<double> losses;
  double validation_loss = 1;
  int64_t patience = 0;
  std::function<void()> at_end = [] {};
  std::function<void()> after = [] {};

  void run(int64_t steps, const Cadence& cadence) {
    const PhaseParts parts{.batch_of = [](int64_t step) { return toy_batch(step); },
                           .loss_of = toy.loss(),
                           .tensors = toy.tensors,
                           .optimizer = toy.optimizer.get(),
                           .lr_of = [](int64_t step) { return 0.1 / double(step + 1); },
                           .steps = steps,
                           .tokens_per_step = 12,
                           .micro_rows = 2};
    train_phase(state, parts, cadence, *this);
  }
  void validate() override {
    validated.push_back(state.step);
    state.note_validation(validation_loss, patience);
  }
  void save() override { saved.push_back(state.step); }
  void after_step(const StepResult& result, double) override {
    losses.push_back(result.loss);
    after();
  }
  void score_end() override { at_end(); }
};

struct Loop : testing::Test {
  ~Loop() override { clear_stop(); }
};

TEST_F(Loop, ValidatesAndSavesAtMultiplesOfTheStepButNotAtTheEnd) {
  Phase phase;
  phase.run(12, {.validation = 4, .checkpoint = 3});
  EXPECT_EQ(phase.state.step, 12);
  EXPECT_EQ(phase.state.phase_step, 12);
  EXPECT_EQ(phase.state.tokens, 144);
  EXPECT_THAT(phase.validated, ElementsAre(0, 4, 8));
  EXPECT_THAT(phase.saved, ElementsAre(3, 6, 9));
}

TEST_F(Loop, StopsEarlyWhenPatienceIsSpent) {
  Phase phase;
  phase.patience = 2;
  phase.run(100, {.validation = 5});  // the loss never gets better than the first
  EXPECT_TRUE(phase.state.phase_ended_early);
  EXPECT_EQ(phase.state.step, 10);
}

TEST_F(Loop, AStopFinishesTheStepSavesAndIsContinuedToTheSameBits) {
  Phase whole;
  whole.run(9, {.validation = 3, .checkpoint = 4});

  Phase stopped;
  stopped.after = [&] {
    if (stopped.state.step == 5) request_stop();
  };
  EXPECT_THROW(stopped.run(9, {.validation = 3, .checkpoint = 4}), Interrupted);
  EXPECT_THAT(stopped.saved, ElementsAre(4, 5));
  clear_stop();
  stopped.after = [] {};
  stopped.run(9, {.validation = 3, .checkpoint = 4});
  EXPECT_TRUE(at::equal(stopped.toy.weights(), whole.toy.weights()));
  EXPECT_EQ(stopped.losses, whole.losses);
  EXPECT_EQ(stopped.validated, whole.validated);
}

TEST_F(Loop, AStopBeforeTheFirstStepSavesTheStart) {
  Phase phase;
  request_stop();
  EXPECT_THROW(phase.run(9, {}), Interrupted);
  EXPECT_THAT(phase.saved, ElementsAre(0));
}

TEST_F(Loop, AStopInTheLastStepOrWhileTheEndIsScoredSavesTheEnd) {
  Phase phase;
  phase.at_end = [] { check_stop(); };
  phase.after = [&] {
    if (phase.state.step == 9) request_stop();
  };
  EXPECT_THROW(phase.run(9, {.checkpoint = 4}), Interrupted);
  EXPECT_THAT(phase.saved, ElementsAre(4, 8, 9));
  clear_stop();
  int scored = 0;
  phase.at_end = [&] { ++scored; };
  phase.after = [] {};
  phase.run(9, {.checkpoint = 4});
  EXPECT_EQ(scored, 1);
  EXPECT_EQ(phase.losses.size(), 9);
}

TEST_F(Loop, APhaseThatIsOverTrainsNothing) {
  Phase phase;
  phase.state.phase_step = 9;
  phase.run(9, {.validation = 1, .checkpoint = 1});
  EXPECT_TRUE(phase.losses.empty() && phase.validated.empty() && phase.saved.empty());
}

}  // namespace
}  // namespace twofold
