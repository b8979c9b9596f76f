#include "ops/embedding.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "ops/close.h"
#include "support/gradcheck.h"

namespace twofold::ops {
namespace {

using test::close;
using test::gradients_match;
using test::normal_tensor;

at::Tensor ids() { return at::tensor({3, 0, 3, 6, 1, 3}, at::kInt).view({2, 3}); }

TEST(Embedding, EqualsTheReferenceWithAndWithoutAdapter) {
  Weight table{.value = normal_tensor({7, 5}, 1, at::kFloat), .low_rank = {}};
  EXPECT_TRUE(close(embedding(ids(), table, at::kFloat),
                    reference::embedding(ids(), table, at::kFloat), 1e-6));
  table.low_rank =
      LowRank{normal_tensor({7, 2}, 2, at::kFloat), normal_tensor({2, 5}, 3, at::kFloat), 0.5};
  EXPECT_TRUE(close(embedding(ids(), table, at::kFloat),
                    reference::embedding(ids(), table, at::kFloat), 1e-5));
}

TEST(Embedding, GradientsMatchFiniteDifferences) {
  EXPECT_TRUE(gradients_match(
      [](const auto& in) {
        return embedding(ids(), {.value = in[0], .low_rank = LowRank{in[1], in[2], 0.5}},
                         at::kDouble);
      },
      {normal_tensor({7, 5}, 1), normal_tensor({7, 2}, 2), normal_tensor({2, 5}, 3)}));
}

TEST(Embedding, ATokenThatOccursOftenGathersAllItsGradients) {
  const at::Tensor table = normal_tensor({7, 5}, 1, at::kFloat).requires_grad_(true);
  embedding(ids(), {.value = table, .low_rank = {}}, at::kFloat).sum().backward();
  EXPECT_TRUE(close(table.grad().select(1, 0), at::tensor({1.f, 1.f, 0.f, 3.f, 0.f, 0.f, 1.f}), 0));
}

/// Table, A, B, m of a table with DoRA, and rows that stand in it.
std::vector<at::Tensor> dora_inputs(at::ScalarType type) {
  return {normal_tensor({7, 5}, 1, type), normal_tensor({7, 2}, 2, type),
          normal_tensor({2, 5}, 3, type), normal_tensor({5}, 4, type),
          normal_tensor({3, 5}, 5, type)};
}
Weight dora(const std::vector<at::Tensor>& in, bool with_rows) {
  Weight table{.value = in[0], .low_rank = LowRank{in[1], in[2], 0.5, in[3]}};
  if (with_rows) table.rows = TrainedRows{at::tensor({3, 5, 0}, at::kLong), in[4]};
  return table;
}

TEST(EmbeddingDora, EqualsTheReferenceInValueAndGradient) {
  for (const bool with_rows : {false, true}) {
    std::vector<at::Tensor> in = dora_inputs(at::kDouble);
    if (!with_rows) in.pop_back();
    for (at::Tensor& tensor : in) tensor.requires_grad_(true);
    const at::Tensor fast = embedding(ids(), dora(in, with_rows), at::kDouble);
    const at::Tensor slow = reference::embedding(ids(), dora(in, with_rows), at::kDouble);
    EXPECT_TRUE(close(fast, slow, 1e-12));
    const at::Tensor direction = normal_tensor({2, 3, 5}, 9, at::kDouble);
    const auto dfast = torch::autograd::grad({fast}, in, {direction});
    const auto dslow = torch::autograd::grad({slow}, in, {direction});
    for (size_t i = 0; i < in.size(); ++i) EXPECT_TRUE(close(dfast[i], dslow[i], 1e-12)) << i;
  }
}

TEST(EmbeddingDora, GradientsMatchFiniteDifferencesWhereTheNormIsConstant) {
  const std::vector<at::Tensor> all = dora_inputs(at::kDouble);
  EXPECT_TRUE(gradients_match(
      [&](const auto& in) {
        return embedding(ids(), dora({all[0], all[1], all[2], in[0], in[1]}, true), at::kDouble);
      },
      {all[3], all[4]}));
}

/// Rows 3 and 0 of a table of 7, and 5, which no id asks for.
TrainedRows rows(const at::Tensor& value) { return {at::tensor({3, 5, 0}, at::kLong), value}; }

TEST(Embedding, RowsStandInForTheTablesOwnAndForItsAdapters) {
  Weight table{.value = normal_tensor({7, 5}, 1, at::kBFloat16), .low_rank = {}};
  table.rows = rows(normal_tensor({3, 5}, 4, at::kFloat));
  for (const bool adapter : {false, true}) {
    if (adapter) {
      table.low_rank =
          LowRank{normal_tensor({7, 2}, 2, at::kFloat), normal_tensor({2, 5}, 3, at::kFloat), 0.5};
    }
    const at::Tensor y = embedding(ids(), table, at::kFloat);
    EXPECT_TRUE(close(y, reference::embedding(ids(), table, at::kFloat), 1e-5));
    EXPECT_TRUE(at::equal(y[0][0], table.rows->value[0]));  // float32, not rounded to the table's
    EXPECT_TRUE(at::equal(y[0][1], table.rows->value[2]));
  }
  const at::Tensor others = at::tensor({1, 2, 6}, at::kInt).view({1, 3});
  Weight bare = table;
  bare.rows.reset();
  EXPECT_TRUE(at::equal(embedding(others, table, at::kFloat), embedding(others, bare, at::kFloat)));
}

TEST(Embedding, GradientsOfRowsMatchFiniteDifferences) {
  EXPECT_TRUE(gradients_match(
      [](const auto& in) {
        return embedding(
            ids(), {.value = in[0], .low_rank = LowRank{in[1], in[2], 0.5}, .rows = rows(in[3])},
            at::kDouble);
      },
      {normal_tensor({7, 5}, 1), normal_tensor({7, 2}, 2), normal_tensor({2, 5}, 3),
       normal_tensor({3, 5}, 4)}));
}

TEST(Embedding, RowsThatNoTokenAsksForGetAGradientOfZero) {
  const at::Tensor trained = normal_tensor({3, 5}, 4, at::kFloat).requires_grad_(true);
  const Weight table{
      .value = normal_tensor({7, 5}, 1, at::kFloat), .low_rank = {}, .rows = rows(trained)};
  embedding(at::tensor({1, 2, 6, 1}, at::kInt).view({2, 2}), table, at::kFloat).sum().backward();
  EXPECT_TRUE(at::equal(trained.grad(), at::zeros({3, 5})));
}

}  // namespace
}  // namespace twofold::ops
