#include "run/resume/begin.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "run/resume/saved_config.h"
#include "run/tiny_run.h"

namespace twofold {
namespace {

using test::TinyRun;
using testing::HasSubstr;

/// A checkpoint of `state`, as the run would save it.
CheckpointInfo saved(TinyRun& run, const TrainState& state) {
  CheckpointStore store(run.spec.checkpoints());
  store.save("one", state.snapshot(run.yaml()), /*move_latest=*/true);
  return CheckpointStore::open(run.spec.checkpoints() / "one", "one");
}

TEST(Begin, AStartHasTheSeedsWeightsAndKnowsItsMachine) {
  TinyRun run("start", {"training.seed=5"});
  const auto state = start(run.beginning());
  EXPECT_EQ(state->progress.seed, 5);
  EXPECT_FALSE(state->progress.cpu_model.empty());
  EXPECT_GT(state->progress.threads, 0);
  EXPECT_NE(state->optimizer, nullptr);
  TinyRun adapting("adapting", {"training.pre_lora_tokens=[]", "training.pre_lora_dataset=[]"});
  EXPECT_EQ(start(adapting.beginning())->optimizer, nullptr) << "nothing to train before adapters";
}

TEST(Begin, AResumedStateForgetsEndsThatLieAhead) {
  TinyRun run("resume");
  auto state = start(run.beginning());
  state->progress.finished = true;
  for (const auto& [milestone, name, heading] : kMilestones) {
    state->progress.scores[milestone] = {{"fineweb", 1.0}};
  }
  const auto resumed = resume(run.beginning(), saved(run, *state));
  EXPECT_FALSE(resumed->progress.finished);
  EXPECT_EQ(resumed->progress.scores.size(), 2) << "start and frozen";
}

TEST(Begin, AnotherSettingIsRefusedUnderTheSameNameAndToldUnderAnother) {
  TinyRun run("course");
  const CheckpointInfo checkpoint = saved(run, *start(run.beginning()));
  run.config.schedule.lr = 0.5;
  try {
    resume(run.beginning(), checkpoint);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("optimization/lr"));
  }
  struct Told : Observer {
    void message(Severity, const std::string& text) override { all += text + "\n"; }
    std::string all;
  } told;
  start_from({run.config, run.plan, {}, host_device(), run.products, run.spec, told}, checkpoint);
  EXPECT_THAT(told.all, HasSubstr("optimization/lr is 0.5 from here on"));
  EXPECT_THAT(told.all, HasSubstr("starting from one in phase 1 at step 0"));
}

TEST(Begin, WithoutStagesForPhaseOneItsWeightsAreTaken) {
  TinyRun run("weights");
  const auto trained = start(run.beginning());
  trained->progress.advance(32);
  const CheckpointInfo checkpoint = saved(run, *trained);
  TinyRun adapting("take", {"training.pre_lora_tokens=[]", "training.pre_lora_dataset=[]"});
  const auto state = start_from(adapting.beginning(), checkpoint);
  EXPECT_EQ(state->progress.step, 0);
  EXPECT_TRUE(at::equal(state->model->parameters().all().front().weight.value,
                        trained->model->parameters().all().front().weight.value));
}

TEST(SavedConfig, IsTheConfigThatWasSaved) {
  TinyRun run("config", {"training.seed=5", "optimization.lora.alpha=3.5"});
  const RunConfig config = saved_config(saved(run, *start(run.beginning())));
  EXPECT_EQ(config.job, "llama/train/lora");
  EXPECT_EQ(config.trainer.seed, 5);
  EXPECT_EQ(config.lora.alpha, 3.5);
  EXPECT_EQ(config.model->n_embd, 16);
}

}  // namespace
}  // namespace twofold
