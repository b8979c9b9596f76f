#include "ops/head_loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "ops/close.h"
#include "ops/matmul.h"
#include "support/gradcheck.h"
#include "tensor/column_norms.h"

namespace twofold::ops {
namespace {

using test::close;
using test::gradients_match;
using test::normal_tensor;

constexpr int64_t kVocabulary = 11;

at::Tensor labels() { return at::tensor({2, -1, 10, 0, 2, -1, 7}, at::kInt); }

Weight head(at::ScalarType type, bool adapter) {
  Weight weight{.value = normal_tensor({kVocabulary, 4}, 2, type), .low_rank = {}};
  if (adapter) {
    weight.low_rank =
        LowRank{normal_tensor({kVocabulary, 2}, 3, type), normal_tensor({2, 4}, 4, type), 0.5};
  }
  return weight;
}

TEST(HeadLoss, EqualsTheReferenceForEveryChunkSize) {
  const at::Tensor hidden = normal_tensor({7, 4}, 1, at::kFloat);
  for (const bool adapter : {false, true}) {
    const at::Tensor expected =
        reference::head_loss(hidden, head(at::kFloat, adapter), labels(), 0.2);
    for (const int64_t chunk : {0, 1, 2, 3, 7, 100}) {
      EXPECT_TRUE(close(head_loss(hidden, head(at::kFloat, adapter), labels(), 0.2, chunk),
                        expected, 1e-6));
    }
  }
}

TEST(HeadLoss, GradientsMatchFiniteDifferences) {
  EXPECT_TRUE(gradients_match(
      [](const auto& in) {
        return head_loss(in[0], {.value = in[1], .low_rank = LowRank{in[2], in[3], 0.5}}, labels(),
                         0.2, 2);
      },
      {normal_tensor({7, 4}, 1), normal_tensor({kVocabulary, 4}, 2),
       normal_tensor({kVocabulary, 2}, 3), normal_tensor({2, 4}, 4)}));
}

TEST(HeadLoss, GradientsInSinglePrecisionEqualTheReference) {
  const auto gradient = [](const auto& op, int64_t which) {
    at::Tensor hidden = normal_tensor({7, 4}, 1, at::kFloat).requires_grad_(true);
    Weight weight = head(at::kFloat, false);
    weight.value.requires_grad_(true);
    op(hidden, weight).backward();
    return which == 0 ? hidden.grad() : weight.value.grad();
  };
  for (const int64_t which : {0, 1}) {
    const at::Tensor fast = gradient(
        [](const auto& h, const auto& w) { return head_loss(h, w, labels(), 0.2, 3); }, which);
    const at::Tensor slow = gradient(
        [](const auto& h, const auto& w) { return reference::head_loss(h, w, labels(), 0.2); },
        which);
    EXPECT_TRUE(close(fast, slow, 1e-6));
  }
}

TEST(HeadLoss, CappedLogitsEqualTheReference) {
  const at::Tensor hidden = normal_tensor({7, 4}, 1, at::kFloat);
  const Weight weight = head(at::kFloat, true);
  const at::Tensor expected = reference::head_loss(hidden, weight, labels(), 0.2, 1.3);
  EXPECT_TRUE(close(head_loss(hidden, weight, labels(), 0.2, 3, 1.3), expected, 1e-6));
  EXPECT_TRUE(close(token_losses(hidden, weight, labels(), 1.3).sum() * 0.2, expected, 1e-6));
  EXPECT_TRUE(
      close(logits(hidden, weight, 1.3), (logits(hidden, weight) / 1.3).tanh() * 1.3, 1e-6));
  EXPECT_TRUE(gradients_match(
      [](const auto& in) {
        return head_loss(in[0], {.value = in[1], .low_rank = {}}, labels(), 0.2, 2, 1.3);
      },
      {normal_tensor({7, 4}, 1), normal_tensor({kVocabulary, 4}, 2)}));
}

/// Rows 10 and 4: of a label, and of none.
TrainedRows rows(const at::Tensor& value) { return {at::tensor({10, 4}, at::kLong), value}; }

TEST(HeadLoss, RowsStandInForTheHeadsOwnAndForItsAdapters) {
  const at::Tensor hidden = normal_tensor({7, 4}, 1, at::kFloat);
  for (const bool adapter : {false, true}) {
    Weight weight = head(at::kFloat, adapter);
    weight.rows = rows(normal_tensor({2, 4}, 5, at::kFloat));
    const at::Tensor expected = reference::head_loss(hidden, weight, labels(), 0.2);
    for (const int64_t chunk : {0, 1, 3, 100}) {
      EXPECT_TRUE(close(head_loss(hidden, weight, labels(), 0.2, chunk), expected, 1e-6));
    }
    EXPECT_TRUE(close(token_losses(hidden, weight, labels()).sum() * 0.2, expected, 1e-6));
    EXPECT_TRUE(close(logits(hidden, weight).index_select(1, weight.rows->ids),
                      at::mm(hidden, weight.rows->value.t()), 1e-5));
  }
}

TEST(HeadLoss, GradientsOfRowsMatchFiniteDifferences) {
  for (const double softcap : {0.0, 1.3}) {
    EXPECT_TRUE(gradients_match(
        [&](const auto& in) {
          return head_loss(
              in[0], {.value = in[1], .low_rank = LowRank{in[2], in[3], 0.5}, .rows = rows(in[4])},
              labels(), 0.2, 2, softcap);
        },
        {normal_tensor({7, 4}, 1), normal_tensor({kVocabulary, 4}, 2),
         normal_tensor({kVocabulary, 2}, 3), normal_tensor({2, 4}, 4), normal_tensor({2, 4}, 5)}));
  }
}

Weight dropping(const std::vector<at::Tensor>& in, int64_t first_row = 0) {
  Weight weight{.value = in[1], .low_rank = LowRank{in[2], in[3], 0.5}};
  weight.low_rank->dropout = std::make_shared<AdapterDropout>(
      AdapterDropout{.p = 0.4, .seed = 1, .step = 2, .first_row = first_row});
  weight.low_rank->dropout_site = 3;
  if (in.size() > 4) weight.rows = rows(in[4]);
  return weight;
}

TEST(HeadLossDropout, EqualsTheReferenceInValueAndGradient) {
  for (const bool with_rows : {false, true}) {
    std::vector<at::Tensor> in = {normal_tensor({7, 4}, 1), normal_tensor({kVocabulary, 4}, 2),
                                  normal_tensor({kVocabulary, 2}, 3), normal_tensor({2, 4}, 4)};
    if (with_rows) in.push_back(normal_tensor({2, 4}, 5));
    for (at::Tensor& tensor : in) tensor.requires_grad_(true);
    const at::Tensor fast = head_loss(in[0], dropping(in), labels(), 0.2, 2, 1.3);
    const at::Tensor slow = reference::head_loss(in[0], dropping(in), labels(), 0.2, 1.3);
    EXPECT_TRUE(close(fast, slow, 1e-10));
    const auto dfast = torch::autograd::grad({fast}, in);
    const auto dslow = torch::autograd::grad({slow}, in);
    for (size_t i = 0; i < in.size(); ++i) EXPECT_TRUE(close(dfast[i], dslow[i], 1e-9)) << i;
    EXPECT_TRUE(gradients_match(
        [](const auto& x) { return head_loss(x[0], dropping(x), labels(), 0.2, 3); }, in));
  }
}

TEST(HeadLossDropout, DoesNotDependOnTheSplitIntoMicroBatches) {
  const std::vector<at::Tensor> in = {normal_tensor({4, 7, 4}, 1),
                                      normal_tensor({kVocabulary, 4}, 2),
                                      normal_tensor({kVocabulary, 2}, 3), normal_tensor({2, 4}, 4)};
  const at::Tensor all = labels().expand({4, 7});
  const double whole = head_loss(in[0], dropping(in), all, 1).item<double>();
  double parts = 0;
  for (const auto& [from, to] : {std::pair{0, 1}, {1, 4}}) {
    parts += head_loss(in[0].slice(0, from, to), dropping(in, from), all.slice(0, from, to), 1)
                 .item<double>();
  }
  EXPECT_NEAR(parts, whole, 1e-9);
  EXPECT_NE(whole, head_loss(in[0], dropping(in, 1), all, 1).item<double>());
}

/// Hidden states, head, A, B, m (of the head's rows) and rows that stand in it.
std::vector<at::Tensor> dora_inputs() {
  return {normal_tensor({7, 4}, 1),           normal_tensor({kVocabulary, 4}, 2),
          normal_tensor({kVocabulary, 2}, 3), normal_tensor({2, 4}, 4),
          normal_tensor({kVocabulary}, 5),    normal_tensor({2, 4}, 6)};
}
Weight dora(const std::vector<at::Tensor>& in) {
  Weight weight{.value = in[1], .low_rank = LowRank{in[2], in[3], 0.5, in[4]}};
  if (in.size() > 5) weight.rows = rows(in[5]);
  return weight;
}

TEST(HeadLossDora, EqualsTheReferenceInValueAndGradient) {
  for (const bool with_rows : {false, true}) {
    for (const double softcap : {0.0, 1.3}) {
      std::vector<at::Tensor> in = dora_inputs();
      if (!with_rows) in.pop_back();
      for (at::Tensor& tensor : in) tensor.requires_grad_(true);
      const at::Tensor fast = head_loss(in[0], dora(in), labels(), 0.2, 2, softcap);
      const at::Tensor slow = reference::head_loss(in[0], dora(in), labels(), 0.2, softcap);
      EXPECT_TRUE(close(fast, slow, 1e-10));
      EXPECT_TRUE(close(token_losses(in[0], dora(in), labels(), softcap).sum() * 0.2,
                        slow.to(at::kFloat), 1e-5));
      const auto dfast = torch::autograd::grad({fast}, in);
      const auto dslow = torch::autograd::grad({slow}, in);
      for (size_t i = 0; i < in.size(); ++i) EXPECT_TRUE(close(dfast[i], dslow[i], 1e-9)) << i;
    }
  }
}

TEST(HeadLossDora, GradientsMatchFiniteDifferencesWhereTheNormIsConstant) {
  const std::vector<at::Tensor> all = dora_inputs();
  EXPECT_TRUE(gradients_match(
      [&](const auto& in) {
        return head_loss(in[0], dora({in[0], all[1], all[2], all[3], in[1], in[2]}), labels(), 0.2,
                         2);
      },
      {all[0], all[4], all[5]}));
}

TEST(HeadLossDora, ASmallMoveOfALengthIsFeltInBfloat16) {
  const bool found = native_bfloat16();
  set_native_bfloat16(true);
  std::vector<at::Tensor> in = dora_inputs();
  in.pop_back();
  for (at::Tensor& tensor : in) tensor = tensor.to(at::kFloat);
  in[0] = in[0].to(at::kBFloat16);
  double losses[2];
  for (const int moved : {0, 1}) {
    in[4] = row_norms(in[1], *dora(in).low_rank) * (1 + 0.003 * moved);  // 1 in bfloat16
    losses[moved] = head_loss(in[0], dora(in), labels(), 1.0).item<double>();
  }
  set_native_bfloat16(found);
  EXPECT_NE(losses[0], losses[1]);
}

TEST(HeadLoss, AFrozenHeadGetsNoGradient) {
  at::Tensor hidden = normal_tensor({7, 4}, 1, at::kFloat).requires_grad_(true);
  const Weight weight = head(at::kBFloat16, false);
  head_loss(hidden, weight, labels(), 1.0).backward();
  EXPECT_TRUE(hidden.grad().defined());
  EXPECT_FALSE(weight.value.grad().defined());
}

TEST(HeadLoss, LargeLogitsDoNotOverflow) {
  const at::Tensor hidden = at::full({2, 1}, 1000.0, at::kFloat);
  const Weight weight{.value = at::tensor({1.0f, 0.0f, -1.0f}).view({3, 1}), .low_rank = {}};
  EXPECT_EQ(head_loss(hidden, weight, at::tensor({0, 0}), 1.0).item<float>(), 0.0f);
  EXPECT_EQ(head_loss(hidden, weight, at::tensor({1, 1}), 1.0).item<float>(), 2000.0f);
}

TEST(HeadLoss, TokenLossesAreItsTerms) {
  const at::Tensor hidden = normal_tensor({7, 4}, 1, at::kFloat);
  const at::Tensor each = token_losses(hidden, head(at::kFloat, true), labels());
  EXPECT_EQ(each[1].item<float>(), 0);
  EXPECT_TRUE(close(each.sum(), head_loss(hidden, head(at::kFloat, true), labels(), 1.0), 1e-6));
}

TEST(Logits, EqualTheProduct) {
  const at::Tensor hidden = normal_tensor({3, 4}, 1, at::kFloat);
  const Weight weight = head(at::kFloat, true);
  const at::Tensor effective = weight.value + at::mm(weight.low_rank->A, weight.low_rank->B) * 0.5;
  EXPECT_TRUE(close(logits(hidden, weight), at::mm(hidden, effective.t()), 1e-5));
}

}  // namespace
}  // namespace twofold::ops
