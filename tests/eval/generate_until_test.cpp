#include "eval/generate_until.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "eval/generate.h"
#include "eval/sharp_model.h"
#include "model/hf/hugging_face.h"
#include "support/kept.h"
#include "tasks/encode.h"
#include "tokenizer/load/from_path.h"

namespace twofold {
namespace {

/// Ids 0 … 18 are letters, 19 is the mark <end>.
class Letters : public Tokenizer {
 public:
  std::vector<int32_t> encode(std::string_view text) const override {
    if (text == "<end>") return {19};
    std::vector<int32_t> ids;
    for (const char c : text) ids.push_back(c - 'a');
    return ids;
  }
  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    return encode(text);
  }
  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) text += static_cast<char>('a' + id);
    return text;
  }
  int32_t eot_token() const override { return 19; }
  int64_t vocab_size() const override { return 20; }
};

const std::vector<std::vector<int32_t>> kContexts = {{1, 7, 3}, {4}, {9, 9, 2, 5, 8, 1, 1}, {6, 2}};

class GenerateUntil : public testing::Test {
 protected:
  Answers ask(const GenerationLimits& limits, int64_t positions = 32) {
    return generate_until(*model_, tokenizer_, positions, kContexts, limits);
  }
  /// What the model writes after a context, without any limit but the length.
  std::string greedy(const std::vector<int32_t>& context, int64_t count) {
    return tokenizer_.decode(
        generate(*model_, 32, context, {.max_new_tokens = count, .temperature = 0}));
  }
  /// The same as text: the mark is none.
  static std::string shown(std::string text) {
    std::erase(text, 't');
    return text;
  }
  const std::unique_ptr<Model> model_ = test::sharp_model(32);
  const Letters tokenizer_;
};

TEST_F(GenerateUntil, EveryContextGetsItsOwnLikeliestText) {
  const Answers answers = ask({.max_new_tokens = 9});
  ASSERT_EQ(answers.texts.size(), kContexts.size());
  EXPECT_EQ(answers.cut, 0);
  for (size_t i = 0; i < kContexts.size(); ++i) {
    EXPECT_EQ(answers.texts[i], shown(greedy(kContexts[i], 9))) << i;
  }
}

TEST_F(GenerateUntil, AStopEndsATextAndIsNoPartOfIt) {
  const std::string whole = shown(greedy(kContexts[0], 9));
  const std::string stop = whole.substr(4, 2);
  const Answers answers = ask({.until = {"zz", stop}, .max_new_tokens = 9});
  EXPECT_EQ(answers.texts[0], whole.substr(0, whole.find(stop)));
}

TEST_F(GenerateUntil, AMarkAmongTheStopsIsATokenThatEnds) {
  const std::string whole = greedy(kContexts[0], 9);
  const auto third = static_cast<int32_t>(whole[2] - 'a');
  EXPECT_EQ(ask({.end_tokens = {third}, .max_new_tokens = 9}).texts[0],
            shown(whole.substr(0, whole.find(whole[2]))));
  const Answers marked = ask({.until = {"<end>"}, .max_new_tokens = 9});
  for (size_t i = 0; i < kContexts.size(); ++i) {
    const std::string own = greedy(kContexts[i], 9);
    EXPECT_EQ(marked.texts[i], own.substr(0, own.find('t'))) << i;
  }
}

TEST_F(GenerateUntil, ALongContextLosesItsBeginningAndIsCounted) {
  const Answers answers = ask({.max_new_tokens = 9}, 12);  // leaves room for three
  EXPECT_EQ(answers.cut, 1);
  EXPECT_EQ(answers.texts[2], shown(greedy({8, 1, 1}, 9)));
}

TEST_F(GenerateUntil, AnswersThatLeaveNoRoomAreAnError) {
  EXPECT_THROW(ask({.max_new_tokens = 32}), Error);
}

TEST(GenerateUntilLmEval, WritesWhatLmEvalHasAModelWrite) {
  const Path folder = Path(TWOFOLD_TEST_MODELS_DIR) / "bible-656k";
  const std::unique_ptr<ModelConfig> config = config_of_hf_folder(folder);
  config->activation_dtype = "float32";
  const std::unique_ptr<Model> model = config->build();
  map_hf_weights(*model, *config, folder);
  const std::unique_ptr<Tokenizer> tokenizer = tokenizer_from_path(folder);
  const tasks::Encoder encoder(*tokenizer, {.begin = 1});
  std::map<std::vector<std::string>, std::vector<nlohmann::json>> by_stops;
  for (const auto& row : test::kept("eval/kept/generate_until")) {
    by_stops[row["until"]].push_back(row);
  }
  EXPECT_EQ(by_stops.size(), 4);
  for (const auto& [until, rows] : by_stops) {
    std::vector<std::vector<int32_t>> contexts;
    for (const auto& row : rows) contexts.push_back(encoder.encode(row["context"]));
    const Answers answers =
        generate_until(*model, *tokenizer, config->positions(), contexts,
                       {.until = until, .end_tokens = {2}, .max_new_tokens = 24});
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(answers.texts[i], rows[i]["text"].get<std::string>()) << rows[i];
    }
  }
}

}  // namespace
}  // namespace twofold
