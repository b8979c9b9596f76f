#include "kernels/linear.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "kernels/close.h"
#include "support/gradcheck.h"

namespace twofold::kernels {
namespace {

using test::close;
using test::gradients_match;
using test::normal_tensor;

struct Case {
  bool bias, adapter, transposed;
};

class Linear : public testing::TestWithParam<Case> {
 protected:
  /// x (4, 3, 5), W (5, 7), b (7), A (5, 2), B (2, 7).
  static std::vector<at::Tensor> inputs(at::ScalarType type) {
    const Case c = GetParam();
    at::Tensor w =
        c.transposed ? normal_tensor({7, 5}, 2, type).t() : normal_tensor({5, 7}, 2, type);
    return {normal_tensor({4, 3, 5}, 1, type), w, normal_tensor({7}, 3, type),
            normal_tensor({5, 2}, 4, type), normal_tensor({2, 7}, 5, type)};
  }
  template <class Op>
  static at::Tensor run(const Op& op, const std::vector<at::Tensor>& in) {
    Weight kernel{.value = in[1], .low_rank = {}};
    if (GetParam().adapter) kernel.low_rank = LowRank{in[3], in[4], 0.5};
    return op(in[0], kernel, GetParam().bias ? in[2] : at::Tensor());
  }
  static at::Tensor fast(const std::vector<at::Tensor>& in) { return run(linear, in); }
  static at::Tensor slow(const std::vector<at::Tensor>& in) { return run(reference::linear, in); }
};

TEST_P(Linear, EqualsTheReference) {
  const auto in = inputs(at::kFloat);
  EXPECT_TRUE(close(fast(in), slow(in), 1e-5));
}

TEST_P(Linear, GradientsMatchFiniteDifferences) {
  EXPECT_TRUE(gradients_match([](const auto& in) { return fast(in); }, inputs(at::kDouble)));
}

TEST_P(Linear, BfloatActivationsAreRoundedOnce) {
  auto in = inputs(at::kFloat);
  in[0] = in[0].to(at::kBFloat16);
  auto wide = in;
  wide[0] = in[0].to(at::kFloat);
  const at::Tensor y = fast(in);
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(close(y.to(at::kFloat), slow(wide), 2e-2));
}

INSTANTIATE_TEST_SUITE_P(Combinations, Linear,
                         testing::Values(Case{false, false, false}, Case{true, false, true},
                                         Case{false, true, true}, Case{true, true, false}));

TEST(LinearFrozen, ABaseWithoutGradientGetsNoneAndTheAdaptersDo) {
  const at::Tensor x = normal_tensor({6, 5}, 1, at::kFloat);
  const Weight kernel{
      .value = normal_tensor({5, 7}, 2, at::kBFloat16),
      .low_rank = LowRank{normal_tensor({5, 2}, 3, at::kFloat).requires_grad_(true),
                          normal_tensor({2, 7}, 4, at::kFloat).requires_grad_(true), 2.0}};
  linear(x, kernel).square().sum().backward();
  EXPECT_FALSE(kernel.value.grad().defined());
  EXPECT_GT(kernel.low_rank->A.grad().abs().max().item<float>(), 0);
  EXPECT_GT(kernel.low_rank->B.grad().abs().max().item<float>(), 0);
}

TEST(LinearFrozen, TheGradientOfATransposedKernelLiesAsItsKernelDoes) {
  at::Tensor w = normal_tensor({7, 5}, 2, at::kFloat).t().requires_grad_(true);
  linear(normal_tensor({6, 5}, 1, at::kFloat), {.value = w, .low_rank = {}}).sum().backward();
  EXPECT_EQ(w.grad().strides(), w.strides());
}

TEST(Matmul, WidensBfloatOperands) {
  const at::Tensor a = normal_tensor({9, 33}, 1, at::kBFloat16),
                   b = normal_tensor({33, 4}, 2, at::kBFloat16);
  const at::Tensor exact = at::mm(a.to(at::kDouble), b.to(at::kDouble));
  EXPECT_TRUE(close(matmul(a, b, at::kFloat).to(at::kDouble), exact, 2e-2));
}

}  // namespace
}  // namespace twofold::kernels
