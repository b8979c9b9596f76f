#include "run/checkpointing.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "run/tiny_run.h"

namespace twofold {
namespace {

using test::TinyRun;
using testing::HasSubstr;

/// A recorder whose place is the number of its syncs.
struct Counter : Recorder {
  void sync(RunState& state) override { state.metrics_bytes = ++synced; }
  uint64_t synced = 0;
};

TEST(CheckpointingTest, RecordsReachTheDiskBeforeTheStateThatNamesTheirPlace) {
  TinyRun run("checkpointing");
  Recorders recorders;
  recorders.push_back(std::make_unique<Counter>());
  Checkpointing checkpointing(run.spec, run.config, run.yaml(), recorders, run.quiet);
  EXPECT_EQ(checkpointing.newest(), std::nullopt);
  const auto state = start(run.beginning());
  checkpointing.save(*state, "ntoks/0");
  const auto saved = checkpointing.newest();
  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->suffix, "ntoks/0");
  EXPECT_EQ(saved->state.at("metrics_bytes"), 1);
}

TEST(CheckpointingTest, WhatHasDivergedIsNotSavedAndTheLastSoundOneIsNamed) {
  TinyRun run("diverged");
  Recorders none;
  Checkpointing checkpointing(run.spec, run.config, run.yaml(), none, run.quiet);
  const auto state = start(run.beginning());
  checkpointing.save(*state, "ntoks/0");
  state->progress.advance(32);
  const at::NoGradGuard no_grad;
  state->model->parameters().all().front().weight.value.fill_(
      std::numeric_limits<float>::infinity());
  try {
    checkpointing.save(*state, "ntoks/32");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("is not finite"));
    EXPECT_THAT(error.what(), HasSubstr("--restore general/default/r/ntoks/0"));
  }
  EXPECT_EQ(checkpointing.newest()->suffix, "ntoks/0");
}

}  // namespace
}  // namespace twofold
