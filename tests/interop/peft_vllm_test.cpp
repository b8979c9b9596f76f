#include "interop/peft_vllm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

PeftConfig plain(int64_t rank) {
  PeftConfig config;
  config.r = rank;
  config.lora_alpha = 16;
  return config;
}

TEST(Vllm, TakesPlainAdaptersWithTheNextRankThatItsServerKnows) {
  for (const auto& [rank, asked] :
       {std::pair<int64_t, int64_t>{1, 8}, {8, 8}, {9, 16}, {257, 320}, {512, 512}}) {
    const VllmReading reading = vllm_reading(plain(rank), "llama");
    EXPECT_THAT(reading.obstacles, ElementsAre());
    EXPECT_EQ(reading.max_lora_rank, asked) << rank;
  }
  EXPECT_THAT(vllm_reading(plain(513), "qwen").obstacles, ElementsAre("a rank above 512"));
}

TEST(Vllm, WhatItDoesNotReadIsNamed) {
  PeftConfig config = plain(8);
  config.use_dora = true;
  config.modules_to_save = {"lm_head"};
  config.trainable_tokens = {{"embed_tokens", {3}}};
  config.bias = "all";
  EXPECT_THAT(vllm_reading(config, "llama").obstacles,
              ElementsAre("DoRA", "modules trained whole", "rows of new tokens", "trained biases"));
  EXPECT_THAT(vllm_reading(plain(8), "gpt").obstacles, ElementsAre(HasSubstr("GPT-2")));
}

TEST(Vllm, AdaptersOfTheEndsAreToldApart) {
  PeftConfig config = plain(8);
  config.target_modules.list = {"q_proj"};
  EXPECT_FALSE(vllm_reading(config, "llama").ends);
  config.target_modules.list = {"q_proj", "lm_head"};
  EXPECT_TRUE(vllm_reading(config, "llama").ends);
}

TEST(Vllm, RanksMayDifferWhereTheScaleDoesNot) {
  PeftConfig config = plain(8);  // scale 2
  config.rank_pattern = {{"q_proj", 24}};
  EXPECT_THAT(vllm_reading(config, "llama").obstacles,
              ElementsAre("scales that differ between modules"));
  config.alpha_pattern = {{"q_proj", 48}};
  EXPECT_THAT(vllm_reading(config, "llama").obstacles, ElementsAre());
  EXPECT_EQ(vllm_reading(config, "llama").max_lora_rank, 32);
}

}  // namespace
}  // namespace twofold
