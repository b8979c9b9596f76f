#include "eval/likelihood.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "eval/sharp_model.h"

namespace twofold {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// ln p of each of the tokens after the first, in one pass over them all.
std::vector<double> log_probabilities(Model& model, const std::vector<int32_t>& tokens) {
  const at::NoGradGuard no_grad;
  const auto count = std::ssize(tokens) - 1;
  ModelInput input;
  input.tokens = at::tensor(tokens, at::kInt).narrow(0, 0, count).view({1, -1});
  input.positions = at::arange(count, at::kInt).view({1, -1});
  const at::Tensor logits = model.logits(model.hidden(input)[0]).to(at::kDouble);
  const at::Tensor all = logits.log_softmax(1);
  std::vector<double> found;
  for (int64_t i = 0; i < count; ++i) {
    found.push_back(all[i][tokens[static_cast<size_t>(i) + 1]].item<double>());
  }
  return found;
}

std::vector<int32_t> random_ids(uint64_t salt, size_t count) {
  const RandomStream stream(1, Purpose::kTest, salt);
  std::vector<int32_t> ids(count);
  for (size_t i = 0; i < count; ++i) ids[i] = static_cast<int32_t>(stream.bits(i) % 20);
  return ids;
}

double sum_of_last(const std::vector<double>& values, size_t count) {
  double sum = 0;
  for (size_t i = values.size() - count; i < values.size(); ++i) sum += values[i];
  return sum;
}

TEST(Likelihoods, AreThoseOfEachTextAlone) {
  const auto model = test::sharp_model(32);
  std::vector<Continuation> all;
  for (uint64_t i = 0; i < 300; ++i) {  // more than one pass holds
    all.push_back({random_ids(2 * i, 1 + i % 20), random_ids(2 * i + 1, 1 + i % 7)});
  }
  const auto found = likelihoods(*model, 32, all);
  ASSERT_EQ(found.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    std::vector<int32_t> whole = all[i].context;
    whole.insert(whole.end(), all[i].tokens.begin(), all[i].tokens.end());
    const double expected = sum_of_last(log_probabilities(*model, whole), all[i].tokens.size());
    EXPECT_NEAR(found[i].log_p, expected, 1e-5 * std::max(1.0, -expected)) << i;
  }
}

TEST(Likelihoods, CutALongContextAtItsBeginning) {
  const auto model = test::sharp_model(8);
  const std::vector<int32_t> context = random_ids(1, 30), tokens = random_ids(2, 3);
  const Continuation cut{{context.end() - 6, context.end()}, tokens};
  const auto found = likelihoods(*model, 8, std::vector<Continuation>{{context, tokens}, cut});
  EXPECT_NEAR(found[0].log_p, found[1].log_p, 1e-5);
}

void expect_as_alone(Model& model, int64_t positions, const std::vector<Continuation>& all) {
  const auto found = likelihoods(model, positions, all);
  ASSERT_EQ(found.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const auto alone = likelihoods(model, positions, std::vector<Continuation>{all[i]});
    EXPECT_NEAR(found[i].log_p, alone[0].log_p, 1e-5 * std::max(1.0, -alone[0].log_p)) << i;
    EXPECT_EQ(found[i].greedy, alone[0].greedy) << i;
    EXPECT_EQ(found[i].cut, alone[0].cut) << i;
  }
  const auto quickly = likelihoods(model, positions, all, {}, /*greedy=*/false);
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_NEAR(quickly[i].log_p, found[i].log_p, 1e-5 * std::max(1.0, -found[i].log_p)) << i;
    EXPECT_FALSE(quickly[i].greedy);
  }
}

TEST(Likelihoods, OfSeveralAnswersToAQuestionAreThoseOfEachAlone) {
  const auto model = test::sharp_model(32);
  std::vector<Continuation> all;
  for (uint64_t i = 0; i < 80; ++i) {
    for (uint64_t k = 0; k < 4; ++k) {  // answers of one token, and up to the end of the context
      all.push_back({random_ids(1000 + i, 1 + i % 25), random_ids(9 * i + k, 1 + (i + k) % 8)});
    }
  }
  expect_as_alone(*model, 32, all);
}

TEST(Likelihoods, OfAnswersThatCutTheirQuestionDifferentlyAreThoseOfEachAlone) {
  const auto model = test::sharp_model(12);
  std::vector<Continuation> all;
  for (uint64_t k = 0; k < 12; ++k) all.push_back({random_ids(1, 9), random_ids(7 + k, 1 + k)});
  expect_as_alone(*model, 12, all);
  const auto found = likelihoods(*model, 12, all);
  EXPECT_FALSE(found[3].cut);  // 9 + 4 tokens, the last of which is not read
  EXPECT_TRUE(found[4].cut);
}

TEST(Likelihoods, SayWhetherTheTokensAreTheLikeliest) {
  const auto model = test::sharp_model(16);
  std::vector<int32_t> text = {3, 5};
  const auto likeliest = [&] {
    const at::NoGradGuard no_grad;
    ModelInput input;
    input.tokens = at::tensor(text, at::kInt).view({1, -1});
    input.positions = at::arange(std::ssize(text), at::kInt).view({1, -1});
    return model->logits(model->hidden(input)[0]).select(0, -1).argmax().item<int64_t>();
  };
  for (int i = 0; i < 3; ++i) text.push_back(static_cast<int32_t>(likeliest()));
  const Continuation greedy{{3, 5}, {text.begin() + 2, text.end()}};
  Continuation other = greedy;
  other.tokens.back() = (other.tokens.back() + 1) % 20;
  const auto found = likelihoods(*model, 16, std::vector<Continuation>{greedy, other});
  EXPECT_TRUE(found[0].greedy);
  EXPECT_FALSE(found[1].greedy);
}

TEST(Likelihoods, RefuseAnAnswerLongerThanTheContext) {
  const auto model = test::sharp_model(4);
  EXPECT_THAT(
      [&] {
        likelihoods(*model, 4, std::vector<Continuation>{{{1}, {1, 2, 3, 4, 5}}});
      },
      ThrowsMessage<Error>(HasSubstr("longer than the model's context")));
}

TEST(Likelihoods, TellHowFarTheyAre) {
  const auto model = test::sharp_model(8);
  std::vector<double> told;
  likelihoods(*model, 8, std::vector<Continuation>{{{1}, {2}}, {{3}, {4}}},
              [&](double share) { told.push_back(share); });
  EXPECT_EQ(told, std::vector<double>{1.0});
  EXPECT_TRUE(likelihoods(*model, 8, {}).empty());
}

}  // namespace
}  // namespace twofold
