#include "interop/peft/vllm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/families/registry.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

PeftConfig plain(int64_t rank, std::vector<std::string> targets = {"q_proj", "down_proj"}) {
  PeftConfig config;
  config.r = rank;
  config.lora_alpha = 16;
  config.target_modules.list = std::move(targets);
  return config;
}

VllmReading reading(const PeftConfig& config,
                    const nlohmann::json& folder = {{"model_type", "llama"}}) {
  nlohmann::json full = {{"vocab_size", 31},
                         {"hidden_size", 8},
                         {"num_hidden_layers", 2},
                         {"num_attention_heads", 2},
                         {"intermediate_size", 16},
                         {"num_key_value_heads", 2},
                         {"max_position_embeddings", 16}};
  if (folder.at("model_type") == "gpt2") {
    full = {{"vocab_size", 31}, {"n_embd", 8}, {"n_layer", 2}, {"n_head", 2}, {"n_positions", 16}};
  }
  full.update(folder);
  return vllm_reading(config, *config_of_hf(full, "config.json"));
}

TEST(Vllm, TakesPlainAdaptersWithTheNextRankThatItsServerKnows) {
  for (const auto& [rank, asked] :
       {std::pair<int64_t, int64_t>{1, 8}, {8, 8}, {9, 16}, {257, 320}, {512, 512}}) {
    const VllmReading found = reading(plain(rank));
    EXPECT_THAT(found.obstacles, ElementsAre());
    EXPECT_THAT(found.recent, ElementsAre());
    EXPECT_EQ(found.max_lora_rank, asked) << rank;
  }
  EXPECT_THAT(reading(plain(513)).obstacles, ElementsAre("a rank above 512"));
}

TEST(Vllm, WhatItDoesNotReadIsNamed) {
  PeftConfig config = plain(8);
  config.use_dora = true;
  config.modules_to_save = {"lm_head"};
  config.trainable_tokens = {{"embed_tokens", {3}}};
  config.bias = "all";
  EXPECT_THAT(reading(config).obstacles,
              ElementsAre("DoRA", "modules trained whole", "rows of new tokens", "trained biases"));
  EXPECT_THAT(reading(plain(8, {"c_attn", "wte"}), {{"model_type", "gpt2"}}).obstacles,
              ElementsAre("it has no adapters for GPT-2"));
}

TEST(Vllm, AdaptersOfTheEndsDependOnTheModel) {
  const PeftConfig ends = plain(8, {"q_proj", "embed_tokens", "lm_head"});
  EXPECT_THAT(reading(ends).obstacles, ElementsAre());
  EXPECT_THAT(reading(ends, {{"model_type", "qwen3"}}).obstacles, ElementsAre());
  EXPECT_THAT(reading(ends, {{"model_type", "smollm3"}}).obstacles,
              ElementsAre("its smollm3 has no adapter of lm_head"));
  EXPECT_THAT(reading(ends, {{"model_type", "mistral"}}).obstacles,
              ElementsAre("its mistral has no adapter of model.embed_tokens",
                          "its mistral has no adapter of lm_head"));
  const nlohmann::json neox = {{"model_type", "gpt_neox"}};
  EXPECT_THAT(reading(plain(8, {"embed_in"}), neox).obstacles, ElementsAre(HasSubstr("embed_in")));
  EXPECT_THAT(reading(plain(8, {"dense"}), neox).recent, ElementsAre("adapters of GPT-NeoX"));
}

TEST(Vllm, ScalesThatDifferNeedARecentOne) {
  PeftConfig config = plain(8);  // scale 2
  config.rank_pattern = {{"q_proj", 24}};
  EXPECT_THAT(reading(config).obstacles, ElementsAre());
  EXPECT_THAT(reading(config).recent, ElementsAre("scales that differ between modules"));
  EXPECT_EQ(reading(config).max_lora_rank, 32);
  config.alpha_pattern = {{"q_proj", 48}};
  EXPECT_THAT(reading(config).recent, ElementsAre());
  EXPECT_EQ(reading(config).max_lora_rank, 32);
}

}  // namespace
}  // namespace twofold
