#include "eval/generate.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "eval/sharp_model.h"
#include "model/families/registry.h"
#include "model/hf/hugging_face.h"
#include "twofold/model/config.h"
#include "twofold/ops/head_loss.h"

namespace twofold {
namespace {

at::Tensor logits_by_full_pass(Model& model, const std::vector<int32_t>& tokens) {
  const at::NoGradGuard no_grad;
  const int64_t count = std::ssize(tokens);
  ModelInput input;
  input.tokens = at::tensor(tokens, at::kInt).view({1, -1});
  input.positions = at::arange(count, at::kInt).view({1, -1});
  const at::Tensor hidden = model.hidden(input).select(1, count - 1);
  return model.logits(hidden)[0];
}

int32_t greedy_by_full_pass(Model& model, const std::vector<int32_t>& tokens) {
  return static_cast<int32_t>(logits_by_full_pass(model, tokens).argmax().item<int64_t>());
}

TEST(Generate, GreedyEqualsFullRecomputation) {
  const auto model = test::sharp_model(32);
  std::vector<int32_t> tokens = {1, 7, 3};
  const auto found = generate(*model, 32, tokens, {.max_new_tokens = 20, .temperature = 0});
  for (const int32_t token : found) {
    EXPECT_EQ(token, greedy_by_full_pass(*model, tokens));
    tokens.push_back(token);
  }
  EXPECT_EQ(found.size(), 20u);
}

TEST(Generate, PromptsSideBySideGetWhatEachGetsAlone) {
  const auto model = test::sharp_model(32);
  const std::vector<std::vector<int32_t>> prompts = {{1, 7, 3}, {4}, {9, 9, 2, 5, 8, 1, 1}, {6, 2}};
  SamplingOptions options{.max_new_tokens = 24, .temperature = 0};
  const auto first = generate(*model, 32, prompts[0], options);
  options.stop_tokens = {first[5]};  // so that they end at different times
  const auto together = generate(*model, 32, prompts, options);
  for (size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(together[i], generate(*model, 32, prompts[i], options)) << i;
  }
}

TEST(Generate, RowsEndByThemselves) {
  const auto model = test::sharp_model(16);
  const std::vector<std::vector<int32_t>> prompts = {{1, 7, 3, 8, 2, 9, 4}, {4}};
  const SamplingOptions options{.max_new_tokens = 15, .temperature = 0};
  std::vector<int64_t> rooms = {16 - 7, 16 - 1};
  const auto found = generate(*model, 16, prompts, options, [&](int64_t prompt, int32_t) {
    return --rooms[static_cast<size_t>(prompt)] > 0;
  });
  EXPECT_EQ(found[0].size(), 9u);
  EXPECT_EQ(found[1], generate(*model, 16, prompts[1], options));
}

TEST(Generate, GoesOnBeyondTheContext) {
  const auto model = test::sharp_model(8);
  std::vector<int32_t> prompt(11, 2);
  EXPECT_EQ(generate(*model, 8, prompt, {.max_new_tokens = 30, .seed = 1}).size(), 30u);
  const std::vector<int32_t> last(8, 2);
  const auto first = generate(*model, 8, prompt, {.max_new_tokens = 1, .temperature = 0});
  EXPECT_EQ(first[0], greedy_by_full_pass(*model, last));
}

TEST(Generate, SeedDecidesAndNothingElse) {
  const auto model = test::sharp_model(32);
  const std::vector<int32_t> prompt = {4};
  const auto draw = [&](uint64_t seed) {
    return generate(*model, 32, prompt, {.max_new_tokens = 25, .seed = seed});
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

TEST(Generate, StopsAtTheStopTokenAndWhenTold) {
  const auto model = test::sharp_model(32);
  const std::vector<int32_t> prompt = {4};
  const auto all = generate(*model, 32, prompt, {.max_new_tokens = 25, .seed = 1});
  const auto cut =
      generate(*model, 32, prompt, {.max_new_tokens = 25, .seed = 1, .stop_tokens = {all[6]}});
  const auto expected = std::find(all.begin(), all.end(), all[6]) - all.begin();
  EXPECT_EQ(std::ssize(cut), expected);
  std::vector<int32_t> streamed;
  generate(*model, 32, prompt, {.max_new_tokens = 25, .seed = 1}, [&](int32_t token) {
    streamed.push_back(token);
    return streamed.size() < 4;
  });
  EXPECT_EQ(streamed, std::vector<int32_t>(all.begin(), all.begin() + 4));
}

TEST(Generate, RepetitionIsPenalized) {
  const auto model = test::sharp_model(32);
  std::vector<int32_t> tokens = {4, 4, 9};
  const auto found = generate(*model, 32, tokens,
                              {.max_new_tokens = 16, .temperature = 0, .repetition_penalty = 1.5});
  for (const int32_t token : found) {
    at::Tensor logits = logits_by_full_pass(*model, tokens);
    for (const int32_t seen : std::set<int32_t>(tokens.begin(), tokens.end())) {
      const float logit = logits[seen].item<float>();
      logits[seen] = logit > 0 ? logit / 1.5f : logit * 1.5f;
    }
    EXPECT_EQ(token, logits.argmax().item<int64_t>());
    tokens.push_back(token);
  }
}

TEST(Generate, EachTextIsPenalizedForItsOwnTokens) {
  const auto model = test::sharp_model(32);
  const std::vector<std::vector<int32_t>> prompts = {{4, 4, 9}, {7}, {1, 2, 3, 4, 5, 6, 7, 8, 9}};
  const SamplingOptions options{.max_new_tokens = 20, .temperature = 0, .repetition_penalty = 1.5};
  std::vector<std::vector<int32_t>> alone;
  for (size_t i = 0; i < prompts.size(); ++i) {
    alone.push_back(generate(*model, 32, prompts[i], options));
  }
  // The middle one ends early, so that the others move up.
  size_t drawn = 0;
  const auto together = generate(*model, 32, prompts, options,
                                 [&](int64_t row, int32_t) { return row != 1 || ++drawn < 5; });
  alone[1].resize(5);
  EXPECT_EQ(together, alone);
}

TEST(SampleToken, FiltersKeepTheLikeliest) {
  const std::vector<float> logits = {0.0f, 3.0f, 2.0f, 1.0f};  // 0.032 0.644 0.237 0.087
  const auto reachable = [&](SamplingOptions options) {
    std::set<int32_t> tokens;
    for (int i = 0; i < 1000; ++i) tokens.insert(sample_token(logits, options, i / 1000.0));
    return tokens;
  };
  EXPECT_EQ(reachable({}), (std::set<int32_t>{0, 1, 2, 3}));
  EXPECT_EQ(reachable({.top_k = 2}), (std::set<int32_t>{1, 2}));
  EXPECT_EQ(reachable({.top_p = 0.7}), (std::set<int32_t>{1, 2}));
  EXPECT_EQ(reachable({.top_p = 0.0}), (std::set<int32_t>{1}));
  EXPECT_EQ(reachable({.min_p = 0.1}), (std::set<int32_t>{1, 2, 3}));
  EXPECT_EQ(reachable({.temperature = 0}), (std::set<int32_t>{1}));
}

TEST(SampleToken, FollowsTheDistribution) {
  const std::vector<float> logits = {0.0f, 3.0f, 2.0f, 1.0f};
  int likeliest = 0;
  for (int i = 0; i < 10000; ++i) likeliest += sample_token(logits, {}, i / 10000.0) == 1;
  EXPECT_NEAR(likeliest / 10000.0, 0.6439, 1e-3);
}

TEST(Generate, TrainedModelsTellTheirStories) {
  for (const Path name : {"stories260K", "bible-656k"}) {
    const Path folder = TWOFOLD_TEST_MODELS_DIR / name;
    const auto config = make_model_config("llama");
    configure_from_hf(*config, folder, {});
    config->activation_dtype = "float32";
    const auto model = config->build();
    load_hf_weights(*model, *config, folder);
    const auto golden = nlohmann::json::parse(read_text(folder / "golden.json"));
    const auto ids = golden["greedy_ids_from_bos"].get<std::vector<int32_t>>();
    const auto found = generate(*model, config->block_size, {ids.data(), 1},
                                {.max_new_tokens = std::ssize(ids) - 1, .temperature = 0});
    EXPECT_EQ(found, std::vector<int32_t>(ids.begin() + 1, ids.end())) << name;
  }
}

TEST(SampleToken, NoTokenFollowsFromLogitsThatAreNotFinite) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  for (const double temperature : {0.0, 1.0}) {
    const SamplingOptions options{.temperature = temperature};
    EXPECT_EQ(sample_token(std::vector<float>{-kInfinity, 1, -kInfinity}, options, 0.9), 1);
    for (const std::vector<float>& logits :
         {std::vector<float>{kNaN, 1}, {1, kNaN}, {1, kInfinity}, {-kInfinity, -kInfinity}}) {
      EXPECT_THROW(sample_token(logits, options, 0.5), Error);
    }
  }
}

}  // namespace
}  // namespace twofold
