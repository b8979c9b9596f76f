#include "optim/schedule.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"

namespace twofold {
namespace {

ScheduleConfig config_of(const std::string& name, double warmup = 0.1, double decay = 0.2) {
  ScheduleConfig config;
  config.lr = 1.0;
  config.schedule = name;
  config.warmup_pct = warmup;
  config.decay_pct = decay;
  return config;
}

TEST(Schedule, WsdWarmsUpStaysAndDecays) {
  const Schedule lr(config_of("wsd"), {100});
  EXPECT_DOUBLE_EQ(lr(0), 0.01);
  EXPECT_DOUBLE_EQ(lr(5), 0.01 + 0.99 * 0.5);
  EXPECT_DOUBLE_EQ(lr(10), 1.0);
  EXPECT_DOUBLE_EQ(lr(79), 1.0);
  EXPECT_DOUBLE_EQ(lr(80), 1.0);
  EXPECT_DOUBLE_EQ(lr(90), 1.0 - 0.99 * 0.5);
  EXPECT_NEAR(lr(99), 1.0 - 0.99 * 0.95, 1e-12);
  EXPECT_DOUBLE_EQ(lr(100), 0.01);
  EXPECT_DOUBLE_EQ(lr(5000), 0.01);
}

TEST(Schedule, WsdSkipsSegmentsOfNoSteps) {
  const Schedule lr(config_of("wsd", 0.01, 0.01), {50});
  for (int64_t step : {0, 25, 49}) EXPECT_DOUBLE_EQ(lr(step), 1.0);
}

TEST(Schedule, WsdsEndsOnASecondPlateau) {
  ScheduleConfig config = config_of("wsds");
  config.constant_pct = 0.5;
  config.warmup_lr_mult = 0.5;
  config.decay_lr_mult = 0.1;
  const Schedule lr(config, {60, 40});
  EXPECT_DOUBLE_EQ(lr(0), 0.5);
  EXPECT_DOUBLE_EQ(lr(29), 1.0);
  EXPECT_DOUBLE_EQ(lr(30), 1.0);
  EXPECT_DOUBLE_EQ(lr(40), 1.0 - 0.9 * 0.5);
  EXPECT_DOUBLE_EQ(lr(50), 0.1);
  EXPECT_DOUBLE_EQ(lr(99), 0.1);
}

TEST(Schedule, EachKindHasItsOwnEndOfTheDecay) {
  EXPECT_DOUBLE_EQ(Schedule(config_of("wsd"), {100})(100), 0.01);
  ScheduleConfig config = config_of("wsds");
  config.constant_pct = 0.3;
  EXPECT_DOUBLE_EQ(Schedule(config, {100})(99), 0.1);
  config.decay_lr_mult = 0.25;
  EXPECT_DOUBLE_EQ(Schedule(config, {100})(99), 0.25);
}

TEST(Schedule, CosineFallsToItsFloorOverThePhase) {
  const Schedule lr(config_of("cosine"), {50, 60});  // 11 of warm-up, 99 of cosine
  EXPECT_DOUBLE_EQ(lr(0), 0.01);
  EXPECT_DOUBLE_EQ(lr(11), 1.0);
  EXPECT_NEAR(lr(11 + 33), 0.01 + 0.99 * 0.75, 1e-12);
  EXPECT_NEAR(lr(11 + 66), 0.01 + 0.99 * 0.25, 1e-12);
  EXPECT_DOUBLE_EQ(lr(110), 0.01);
}

TEST(Schedule, CosineRewarmRestartsInEveryStage) {
  ScheduleConfig config = config_of("cosine_rewarm");
  config.rewarm_lr = 0.25;
  config.min_lr_mult = 0.1;
  const Schedule lr(config, {20, 40});
  EXPECT_DOUBLE_EQ(lr(0), 0.1);
  EXPECT_DOUBLE_EQ(lr(2), 1.0);
  EXPECT_NEAR(lr(11), 0.1 + 0.9 * 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(lr(20), 0.1);  // from min_lr_mult of the first peak
  EXPECT_DOUBLE_EQ(lr(24), 0.25);
  EXPECT_NEAR(lr(42), 0.025 + 0.225 * 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(lr(60), 0.025);
}

TEST(Schedule, CosineRewarmWarmsUpForOneStepAtLeast) {
  const Schedule lr(config_of("cosine_rewarm", 0.001), {10});
  EXPECT_DOUBLE_EQ(lr(0), 0.01);
  EXPECT_DOUBLE_EQ(lr(1), 1.0);
  EXPECT_DOUBLE_EQ(Schedule(config_of("cosine_rewarm", 0.0), {10})(0), 1.0);
}

TEST(Schedule, ConstantIsConstant) {
  const Schedule lr(config_of("constant"), {10});
  for (int64_t step : {0, 5, 9, 100}) EXPECT_DOUBLE_EQ(lr(step), 1.0);
}

TEST(Schedule, ARestartGivesEveryStageTheScheduleOverItsOwnSteps) {
  for (const char* name : {"wsd", "wsds", "cosine", "constant"}) {
    ScheduleConfig config = config_of(name);
    config.constant_pct = 0.1;
    const Schedule first(config, {100}), second(config, {50});
    config.restart = true;
    const Schedule both(config, {100, 50});
    for (int64_t step = 0; step < 100; ++step) EXPECT_EQ(both(step), first(step)) << name;
    for (int64_t step = 0; step < 60; ++step) EXPECT_EQ(both(100 + step), second(step)) << name;
  }
}

TEST(Schedule, APhaseMayHaveItsOwnPeak) {
  EXPECT_DOUBLE_EQ(Schedule(config_of("wsd"), {100}, 0.5)(50), 0.5);
  EXPECT_DOUBLE_EQ(Schedule(config_of("wsd"), {100}, -1)(50), 1.0);
  EXPECT_EQ(Schedule(config_of("wsd"), {60, 40}).total_steps(), 100);
}

TEST(Schedule, SamePastSeesTheFirstStepThatDiffers) {
  const Schedule before(config_of("wsd", 0, 0.1), {100}), longer(config_of("wsd", 0, 0.1), {200});
  EXPECT_TRUE(before.same_past(longer, 91));  // the decay of the first is about to begin
  EXPECT_FALSE(before.same_past(longer, 92));
  const Schedule warm(config_of("wsd", 0.1, 0), {100}), warmer(config_of("wsd", 0.1, 0), {200});
  EXPECT_FALSE(warm.same_past(warmer, 2));
  EXPECT_TRUE(warm.same_past(warmer, 1));
}

TEST(Schedule, SharesOfMoreThanTheWholeAreRefusedByKey) {
  ScheduleConfig wsds = config_of("wsds", 0.3, 0.3);
  for (const ScheduleConfig& config : {config_of("wsd", 0.6, 0.5), wsds}) {
    try {
      const Schedule schedule(config, {100});
      ADD_FAILURE() << config.schedule << " was accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.problems().at(0).where, testing::HasSubstr("training/warmup_pct"));
    }
  }
  EXPECT_NO_THROW(Schedule(config_of("wsd", 0.9, 0.1), {100}));
  EXPECT_NO_THROW(Schedule(config_of("cosine", 0.6, 0.5), {100}));
}

TEST(ScheduleConfig, RefusesUnknownNamesAndSharesOutOfRange) {
  for (const char* bad : {"optimization.schedule=linear", "training.warmup_pct=1.5",
                          "training.decay_pct=-0.1", "optimization.lr=0"}) {
    ScheduleConfig config;
    config::Fields fields;
    config.declare(fields);
    EXPECT_THROW(config::load(fields, {.text = {}, .overrides = {bad}}), Error) << bad;
  }
}

}  // namespace
}  // namespace twofold
