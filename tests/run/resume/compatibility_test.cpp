#include "run/resume/compatibility.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "config/fields.h"
#include "run/registry.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kPretrain = "llama/train/pretrain";
constexpr const char* kLora = "llama/train/lora";

/// The config of a job, with overrides, and its fields.
struct Filled {
  Filled(const std::string& job, const std::vector<std::string>& overrides)
      : config(make_run_config(job)) {
    config.declare(fields);
    config::fill(fields, {.overrides = overrides}, /*allow_missing=*/true);
  }
  RunConfig config;
  config::Fields fields;
};

class Compatibility : public testing::Test {
 protected:
  Comparison compare(const std::string& saved_job, const std::string& job,
                     const std::vector<std::string>& overrides) {
    Filled saved(saved_job, {}), now(job, overrides);
    return compare_configs(saved.fields, now.fields);
  }
  CheckpointInfo checkpoint() const {
    return {.suffix = "x", .folder = "checkpoints/x", .state = {}, .bytes = 0};
  }
  std::string refusal(const Comparison& comparison, bool own) const {
    try {
      check_unchanged(comparison, checkpoint(), own);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }
};

std::vector<std::string> keys(const std::vector<Difference>& differences) {
  std::vector<std::string> names;
  for (const Difference& difference : differences) names.push_back(difference.key);
  return names;
}

TEST_F(Compatibility, NothingDiffersBetweenTwoOfTheSame) {
  const Comparison same = compare(kLora, kLora, {});
  EXPECT_THAT(same.fixed, IsEmpty());
  EXPECT_THAT(same.course, IsEmpty());
  EXPECT_FALSE(same.other_rates || same.other_scores);
}

TEST_F(Compatibility, HowARunIsCarriedOutAndHowMuchItDoesAreNoDifferences) {
  const Comparison free = compare(
      kLora, kLora,
      {"logging.keep=9", "runtime.threads=3", "tokenizer.backend=bytes",
       "training.validation=false", "training.patience=4", "training.per_device_batch_size=1",
       "architecture.checkpointing=true", "training.pre_lora_tokens=[5000000000]"});
  EXPECT_THAT(keys(free.fixed), IsEmpty());
  EXPECT_THAT(keys(free.course), IsEmpty());
}

TEST_F(Compatibility, TheCourseMayBeAnotherUnderAnotherName) {
  const Comparison course =
      compare(kLora, kLora,
              {"optimization.lr=0.5", "optimization.clip=0.5", "training.validation_steps=2"});
  EXPECT_THAT(keys(course.fixed), IsEmpty());
  EXPECT_THAT(keys(course.course),
              ElementsAre("optimization/clip", "optimization/lr", "training/validation_steps"));
  EXPECT_TRUE(course.other_rates && course.other_scores);
  EXPECT_EQ(refusal(course, /*own=*/false), "");
  for (const Difference& difference : course.course) {
    EXPECT_THAT(refusal(course, /*own=*/true), HasSubstr(difference.key));
  }
  EXPECT_THAT(refusal(course, /*own=*/true), HasSubstr("--restore"));
}

TEST_F(Compatibility, OnlyRatesAreRatesAndOnlyMeasuresScores) {
  EXPECT_FALSE(compare(kLora, kLora, {"optimization.clip=0.5"}).other_rates);
  EXPECT_FALSE(compare(kLora, kLora, {"optimization.lora.lr=0.5"}).other_scores);
  EXPECT_TRUE(compare(kLora, kLora, {"optimization.lora.lr=0.5"}).other_rates);
  EXPECT_TRUE(compare(kLora, kLora, {"architecture.dtype.activation=float32"}).other_scores);
}

TEST_F(Compatibility, WhatTheStateIsMadeOfIsFixedUnderAnyName) {
  for (const char* override :
       {"optimization.lora.rank=3", "optimization.lora.lr_ratio=2", "optimization.schedule=cosine",
        "training.seed=3", "training.batch_size=3", "architecture.vocab_size=300",
        "optimization.optimizer=muon"}) {
    const Comparison fixed = compare(kLora, kLora, {override});
    ASSERT_EQ(fixed.fixed.size(), 1) << override;
    EXPECT_THAT(refusal(fixed, /*own=*/false), HasSubstr(fixed.fixed[0].key));
    EXPECT_THAT(refusal(fixed, /*own=*/false), HasSubstr("may change"));
  }
}

TEST_F(Compatibility, AKeyOfOneOfTheJobsIsNoDifference) {
  EXPECT_THAT(keys(compare(kPretrain, kLora, {"optimization.lora.rank=3"}).fixed), IsEmpty());
  EXPECT_THAT(keys(compare(kPretrain, kLora, {"training.seed=3"}).fixed),
              ElementsAre("training/seed"));
}

TEST_F(Compatibility, WeightsAloneNeedTheArchitectureOnly) {
  const auto taken = [&](const char* override) {
    try {
      check_architecture(compare(kPretrain, kLora, {override}), checkpoint());
      return true;
    } catch (const Error&) {
      return false;
    }
  };
  EXPECT_TRUE(taken("training.seed=3"));
  EXPECT_TRUE(taken("architecture.dropout=0.1"));
  EXPECT_TRUE(taken("architecture.dtype.activation=float32"));
  EXPECT_FALSE(taken("architecture.n_layers=3"));
}

}  // namespace
}  // namespace twofold
