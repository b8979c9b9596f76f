#include "run/phase.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "config/fields.h"
#include "run/registry.h"

namespace twofold {
namespace {

RunConfig config_of(const char* job, const std::vector<std::string>& overrides) {
  RunConfig config = make_run_config(job);
  config::Fields fields;
  config.declare(fields);
  config::fill(fields, {.overrides = overrides}, /*allow_missing=*/true);
  return config;
}

TEST(Phases, APretrainingJobHasOneThatTrainsEverything) {
  const auto phases = phases_of(config_of("gpt/train/pretrain", {"training.tokens=77"}));
  ASSERT_EQ(phases.size(), 1);
  EXPECT_EQ(phases[0].number, 1);
  EXPECT_EQ(phases[0].trained, Trained::kAllParameters);
  EXPECT_EQ(phases[0].at_end, AtEnd::kFinish);
  ASSERT_EQ(phases[0].stages.size(), 1);
  EXPECT_EQ(phases[0].stages[0].tokens, 77);
}

TEST(Phases, ALoraJobAdaptsAtTheEndOfItsFirst) {
  const auto phases = phases_of(
      config_of("llama/train/lora", {"optimization.lr=0.5", "optimization.lora.lr=0.25"}));
  ASSERT_EQ(phases.size(), 2);
  EXPECT_EQ(phases[0].at_end, AtEnd::kAdapt);
  EXPECT_EQ(phases[0].schedule.lr, 0.5);
  EXPECT_EQ(phases[1].number, 2);
  EXPECT_TRUE(phases[1].trains_adapters());
  EXPECT_EQ(phases[1].at_end, AtEnd::kFinish);
  EXPECT_EQ(phases[1].schedule.lr, 0.25) << "adapters may have a rate of their own";
  EXPECT_EQ(phases_of(config_of("llama/train/lora", {"optimization.lr=0.5"}))[1].schedule.lr, 0.5);
}

TEST(Phases, TasksInTurnAreStagesWhoseBoundariesAreScored) {
  const auto phases = phases_of(config_of(
      "continual/train/benchmark_lora",
      {"training.tokens=[5,7,9]", "training.fade.overlap=0.5", "optimization.reset_optimizer=true",
       "training.dataset=[[{name: a}],[{name: b}],[{name: c}]]"}));
  ASSERT_EQ(phases.size(), 2);
  EXPECT_EQ(phases[0].stages[1].tokens_key, "training/tokens/1");
  EXPECT_TRUE(phases[0].boundaries.scored && phases[1].boundaries.scored);
  EXPECT_THAT(phases[0].boundaries.overlaps, testing::ElementsAre(0.5, 0.5));
  EXPECT_TRUE(phases[0].schedule.restart && phases[1].schedule.restart);
  EXPECT_EQ(phases[0].at_end, AtEnd::kAdapt);
  EXPECT_TRUE(phases[1].trains_adapters());
}

TEST(Phases, AControlTrainsAllParametersInPhaseTwo) {
  const auto phases =
      phases_of(config_of("continual/train/benchmark_lora", {"continual.control=full"}));
  EXPECT_EQ(phases[0].at_end, AtEnd::kGoOn);
  EXPECT_EQ(phases[1].trained, Trained::kAllParameters);
  EXPECT_TRUE(phases[1].control);
}

TEST(Phases, OfABenchmarkAreOne) {
  EXPECT_EQ(phases_of(config_of("continual/train/benchmark", {})).size(), 1);
  const auto abcd = phases_of(config_of("continual/train/abcd", {}));
  EXPECT_EQ(abcd.front().stages.size(), 5);
  EXPECT_EQ(abcd.front().schedule.schedule, "wsds");
}

TEST(Phases, WithoutStagesTheFirstKeepsItsPlace) {
  const auto phases = phases_of(config_of(
      "llama/train/lora", {"training.pre_lora_tokens=[]", "training.pre_lora_dataset=[]"}));
  ASSERT_EQ(phases.size(), 2);
  EXPECT_TRUE(phases[0].stages.empty());
  EXPECT_EQ(phases[1].number, 2);
}

TEST(Phases, EveryFaultOfTheStagesIsNamed) {
  try {
    phases_of(config_of("llama/train/lora",
                        {"training.pre_lora_tokens=[1,2]", "training.post_lora_tokens=[]"}));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().size(), 2);
  }
}

TEST(Registry, EveryFamilyHasItsTwoJobs) {
  std::vector<std::string> names;
  for (const JobEntry& entry : job_registry()) names.push_back(entry.name);
  for (const char* family : {"gpt", "llama", "qwen", "gpt_neox"}) {
    EXPECT_THAT(names, testing::Contains(std::string(family) + "/train/pretrain"));
    EXPECT_THAT(names, testing::Contains(std::string(family) + "/train/lora"));
  }
  for (const JobEntry& entry : job_registry())
    EXPECT_NE(entry.make(kFamily), nullptr) << entry.name;
}

TEST(Registry, AFamilyIsTheConfigsOrThatOfItsWeights) {
  const auto asked = [](const std::string& text) {
    return family_asked(config::Parsed({.text = text}));
  };
  EXPECT_EQ(asked(""), "gpt");
  EXPECT_EQ(asked("architecture: {family: qwen}"), "qwen");
  EXPECT_EQ(asked("architecture: {family: lama}"), "llama") << "its own field says what is wrong";
  EXPECT_EQ(asked("architecture: {family: 12345678}"), "gpt");
  const std::string weights = TWOFOLD_TEST_MODELS_DIR "/hf-random/qwen2";
  EXPECT_EQ(asked("architecture: {backbone: {weights: " + weights + "}}"), "qwen");
  EXPECT_EQ(asked("architecture: {backbone: {weights: /nowhere}}"), "gpt");
  EXPECT_EQ(family_asked(config::Parsed({.overrides = {"architecture.family=llama"}})), "llama");
  EXPECT_EQ(make_run_config("continual/train/abcd", "job", "llama").model->family(), "llama");
}

TEST(Registry, OnlyAJobThatTrainsHasARunConfig) {
  EXPECT_EQ(make_run_config("qwen/train/lora").model->family(), "qwen");
  EXPECT_THROW(make_run_config("data/tokenize_variable_dataset"), Error);
  EXPECT_THROW(make_job("llama/train/lora2"), Error);
}

TEST(RunConfig, IsTheSameAfterItsDumpIsRead) {
  for (const char* job :
       {"llama/train/pretrain", "gpt/train/lora", "continual/train/benchmark_lora"}) {
    RunConfig config = config_of(job, {"training.seed=9", "logging.keep=4"});
    RunConfig again = make_run_config(job);
    config::Fields fields, fields_again;
    config.declare(fields);
    again.declare(fields_again);
    config::load(fields_again, {.text = config::dump(fields, job, false)}, /*allow_missing=*/true);
    EXPECT_EQ(again.trainer.seed, 9);
    EXPECT_EQ(config::dump(fields_again, job, false), config::dump(fields, job, false));
  }
}

}  // namespace
}  // namespace twofold
