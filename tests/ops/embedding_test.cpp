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

TEST(Embedding, EqualsTheReferenceWithAndWithoutALowRankTerm) {
  const at::Tensor table = normal_tensor({7, 5}, 1, at::kFloat);
  const LowRank none,
      term{normal_tensor({7, 2}, 2, at::kFloat), normal_tensor({2, 5}, 3, at::kFloat), 0.5};
  for (const LowRank& one : {none, term}) {
    EXPECT_TRUE(close(embedding(ids(), table, at::kFloat, one),
                      reference::embedding(ids(), table, at::kFloat, one), 1e-5));
  }
}

TEST(Embedding, GradientsMatchFiniteDifferences) {
  EXPECT_TRUE(gradients_match(
      [](const auto& in) {
        return embedding(ids(), in[0], at::kDouble, {in[1], in[2], 0.5});
      },
      {normal_tensor({7, 5}, 1), normal_tensor({7, 2}, 2), normal_tensor({2, 5}, 3)}));
}

TEST(Embedding, ATokenThatOccursOftenGathersAllItsGradients) {
  const at::Tensor table = normal_tensor({7, 5}, 1, at::kFloat).requires_grad_(true);
  embedding(ids(), table, at::kFloat).sum().backward();
  EXPECT_TRUE(close(table.grad().select(1, 0), at::tensor({1.f, 1.f, 0.f, 3.f, 0.f, 0.f, 1.f}), 0));
}

}  // namespace
}  // namespace twofold::ops
