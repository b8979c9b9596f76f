#include "twofold/ops/head_loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "ops/close.h"
#include "ops/matmul.h"
#include "ops/softmax_rows.h"
#include "support/gradcheck.h"

namespace twofold::ops {
namespace {

using test::close;
using test::gradients_match;
using test::normal_tensor;

constexpr int64_t kVocabulary = 11;
constexpr double kScale = 0.5;  // of the low-rank term

at::Tensor labels() { return at::tensor({2, -1, 10, 0, 2, -1, 7}, at::kInt); }

/// Hidden states and a head; with more tensors, A and B of a low-rank term, and a factor for each
/// logit's column.
using Inputs = std::vector<at::Tensor>;
Inputs inputs(size_t count, at::ScalarType type = at::kDouble) {
  Inputs all = {normal_tensor({7, 4}, 1, type), normal_tensor({kVocabulary, 4}, 2, type),
                normal_tensor({kVocabulary, 2}, 3, type), normal_tensor({2, 4}, 4, type),
                normal_tensor({kVocabulary}, 5, type)};
  all.resize(count);
  return all;
}

std::unique_ptr<LogitsPath> path(const Inputs& in, at::ScalarType type, const HeadStates* states) {
  auto path = plain_logits(in[1], type);
  if (in.size() > 3) {
    const LowRank term{in[2], in[3], kScale};
    const at::Tensor u = states ? project_down(states->supervised, term, type) : at::Tensor();
    path = low_rank_logits(std::move(path), term, u, type);
  }
  return in.size() > 4 ? scaled_logits(std::move(path), in[4]) : std::move(path);
}

at::Tensor loss(const Inputs& in, int64_t chunk = 0, double softcap = 0, double scale = 0.2) {
  const HeadStates states = supervised_states(in[0], labels());
  return head_loss(states, *path(in, training_type(in[0]), &states), labels(), scale, chunk,
                   softcap);
}

/// The matrix that the path multiplies with.
at::Tensor effective(const Inputs& in) {
  at::Tensor head = in[1];
  if (in.size() > 3) head = head + at::mm(in[2], in[3]) * kScale;
  return in.size() > 4 ? head * in[4].unsqueeze(1) : head;
}

at::Tensor slow_loss(const Inputs& in, double softcap = 0) {
  return reference::head_loss(in[0], effective(in), labels(), 0.2, softcap);
}

at::Tensor each_loss(const Inputs& in, double softcap = 0) {
  return token_losses(in[0], *path(in, evaluation_type(in[0]), nullptr), labels(), softcap);
}

at::Tensor logits_of(const Inputs& in, double softcap = 0) {
  return logits(in[0], *path(in, evaluation_type(in[0]), nullptr), softcap);
}

/// Of plain heads, those with a low-rank term, and those that are scaled as well.
class Paths : public testing::TestWithParam<size_t> {};

TEST_P(Paths, EqualTheReferenceForEveryChunkSize) {
  const Inputs in = inputs(GetParam(), at::kFloat);
  for (const double softcap : {0.0, 1.3}) {
    for (const int64_t chunk : {0, 1, 2, 3, 7, 100}) {
      EXPECT_TRUE(close(loss(in, chunk, softcap), slow_loss(in, softcap), 1e-6));
    }
    EXPECT_TRUE(close(each_loss(in, softcap).sum() * 0.2, slow_loss(in, softcap), 1e-6));
  }
}

TEST_P(Paths, HaveTheGradientsOfTheReference) {
  for (const double softcap : {0.0, 1.3}) {
    Inputs in = inputs(GetParam());
    for (at::Tensor& tensor : in) tensor.requires_grad_(true);
    const auto fast = torch::autograd::grad({loss(in, 2, softcap)}, in);
    const auto slow = torch::autograd::grad({slow_loss(in, softcap)}, in);
    for (size_t i = 0; i < in.size(); ++i) EXPECT_TRUE(close(fast[i], slow[i], 1e-9)) << i;
    EXPECT_TRUE(
        gradients_match([&](const auto& x) { return loss(x, 2, softcap); }, inputs(GetParam())));
  }
}

TEST_P(Paths, GiveLogitsOfTheProduct) {
  const Inputs in = inputs(GetParam(), at::kFloat);
  EXPECT_TRUE(close(logits_of(in), at::mm(in[0], effective(in).t()), 1e-5));
  EXPECT_TRUE(close(logits_of(in, 1.3), (logits_of(in) / 1.3).tanh() * 1.3, 1e-6));
}

INSTANTIATE_TEST_SUITE_P(All, Paths, testing::Values(2, 4, 5));

TEST(HeadLoss, GradientsArriveTimesWhatComesFromAbove) {
  Inputs in = inputs(4);
  for (at::Tensor& tensor : in) tensor.requires_grad_(true);
  const auto once = torch::autograd::grad({loss(in)}, in);
  const auto thrice = torch::autograd::grad({loss(in) * 3}, in);
  for (size_t i = 0; i < in.size(); ++i) EXPECT_TRUE(close(thrice[i], once[i] * 3, 1e-12)) << i;
}

TEST(HeadLoss, AFactorCloseToOneIsFeltInBfloat16) {
  const Bfloat16Choice native(true);
  Inputs in = inputs(5, at::kFloat);
  in[0] = in[0].to(at::kBFloat16);
  double losses[2];
  for (const int moved : {0, 1}) {
    in[4] = at::full({kVocabulary}, 1 + 0.003 * moved);  // 1 in bfloat16
    losses[moved] = loss(in).item<double>();
  }
  EXPECT_NE(losses[0], losses[1]);
}

TEST(HeadLoss, AFrozenHeadGetsNoGradient) {
  Inputs in = inputs(2, at::kFloat);
  in[0].requires_grad_(true);
  in[1] = in[1].to(at::kBFloat16);
  loss(in).backward();
  EXPECT_TRUE(in[0].grad().defined());
  EXPECT_FALSE(in[1].grad().defined());
}

TEST(HeadLoss, LargeLogitsDoNotOverflow) {
  const at::Tensor hidden = at::full({2, 1}, 1000.0, at::kFloat);
  const at::Tensor head = at::tensor({1.0f, 0.0f, -1.0f}).view({3, 1});
  const auto of = [&](const at::Tensor& label) {
    const HeadStates states = supervised_states(hidden, label);
    return head_loss(states, *plain_logits(head, at::kFloat), label, 1.0).item<float>();
  };
  EXPECT_EQ(of(at::tensor({0, 0})), 0.0f);
  EXPECT_EQ(of(at::tensor({1, 1})), 2000.0f);
}

/// A plain path that counts the positions it is asked for.
class CountingPath : public LogitsPath {
 public:
  explicit CountingPath(const at::Tensor& head) : plain_(plain_logits(head, at::kFloat)) {}
  std::vector<at::Tensor> inputs() const override { return plain_->inputs(); }
  at::Tensor forward(const at::Tensor& hidden, int64_t first) override {
    positions += hidden.size(0);
    return plain_->forward(hidden, first);
  }
  at::Tensor backward(at::Tensor& dlogits, const at::Tensor& hidden, int64_t first) override {
    return plain_->backward(dlogits, hidden, first);
  }
  std::vector<at::Tensor> gradients() const override { return plain_->gradients(); }
  int64_t positions = 0;

 private:
  std::unique_ptr<LogitsPath> plain_;
};

TEST(HeadLoss, OnlySupervisedPositionsReachTheHead) {
  const Inputs in = inputs(2, at::kFloat);
  CountingPath training(in[1]), evaluation(in[1]);
  head_loss(supervised_states(in[0], labels()), training, labels(), 0.2);
  EXPECT_EQ(training.positions, 5) << "of 7";
  token_losses(in[0], evaluation, labels());
  EXPECT_EQ(evaluation.positions, 5);
}

TEST(HeadLoss, TellsTheLossOfEachSupervisedPosition) {
  const Inputs in = inputs(4, at::kFloat);
  const HeadStates states = supervised_states(in[0], labels());
  for (const int64_t chunk : {0, 2, 100}) {
    at::Tensor losses;
    const at::Tensor sum =
        head_loss(states, *path(in, at::kFloat, &states), labels(), 0.2, chunk, 0, &losses);
    EXPECT_EQ(losses.scalar_type(), at::kDouble);
    losses = losses.to(at::kFloat);
    EXPECT_TRUE(close(losses, states.select(each_loss(in).unsqueeze(1)).squeeze(1), 1e-6));
    EXPECT_TRUE(close(losses.sum() * 0.2, sum, 1e-6));
    EXPECT_FALSE(losses.requires_grad());
  }
}

TEST(HeadLoss, TokenLossesAreItsTerms) {
  const Inputs in = inputs(4, at::kFloat);
  EXPECT_EQ(each_loss(in)[1].item<float>(), 0);
  EXPECT_TRUE(close(each_loss(in).sum(), loss(in, 0, 0, 1.0), 1e-6));
}

TEST(SoftmaxRows, EqualTheReferenceAndItIgnoresLabelsOfMinusOne) {
  const at::Tensor scores = normal_tensor({3, kVocabulary}, 1, at::kFloat);
  const at::Tensor label = at::tensor({4, 0, 10}, at::kLong);
  at::Tensor fast = scores.clone(), slow = scores.clone();
  EXPECT_TRUE(close(softmax_rows(fast, label, 0.2, true),
                    reference::softmax_rows(slow, label, 0.2, true), 1e-6));
  EXPECT_TRUE(close(fast, slow, 1e-6));
  at::Tensor ignored = scores.clone();
  const at::Tensor losses =
      reference::softmax_rows(ignored, at::tensor({4, -1, 10}, at::kLong), 0.2, true);
  EXPECT_EQ(losses[1].item<double>(), 0);
  EXPECT_EQ(ignored[1].abs().max().item<float>(), 0);
  EXPECT_TRUE(at::equal(ignored[2], slow[2]));
}

}  // namespace
}  // namespace twofold::ops
