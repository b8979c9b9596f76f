#include "ops/linear.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "ops/close.h"
#include "support/gradcheck.h"
#include "tensor/packed.h"

namespace twofold::ops {
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
    const LowRank term = GetParam().adapter ? LowRank{in[3], in[4], 0.5} : LowRank{};
    return op(in[0], {.value = in[1]}, GetParam().bias ? in[2] : at::Tensor(), term, {});
  }
  static at::Tensor ours(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                         const LowRank& term, const at::Tensor& input) {
    return linear(x, weight, bias, term, input);
  }
  static at::Tensor fast(const std::vector<at::Tensor>& in) { return run(ours, in); }
  static at::Tensor slow(const std::vector<at::Tensor>& in) { return run(reference::linear, in); }
};

TEST_P(Linear, EqualsTheReference) {
  const auto in = inputs(at::kFloat);
  EXPECT_TRUE(close(fast(in), slow(in), 1e-5));
}

TEST_P(Linear, GradientsMatchFiniteDifferences) {
  EXPECT_TRUE(gradients_match([](const auto& in) { return fast(in); }, inputs(at::kDouble)));
}

TEST_P(Linear, APackedKernelIsItsUnpackedOne) {
  const auto in = inputs(at::kFloat);
  Weight packed{.value = in[1]};
  pack_nf4(packed);
  Weight plain{.value = unpacked(packed, at::kFloat)};
  const auto gradients = [&](const Weight& weight) {
    std::vector<at::Tensor> leaves = {in[0].clone().requires_grad_(true)};
    LowRank term;
    if (GetParam().adapter) {
      for (const size_t i : {3, 4}) leaves.push_back(in[i].clone().requires_grad_(true));
      term = {leaves[1], leaves[2], 0.5};
    }
    const at::Tensor y = linear(leaves[0], weight, GetParam().bias ? in[2] : at::Tensor(), term);
    (y * y).sum().backward();
    std::vector<at::Tensor> results = {y};
    for (const at::Tensor& leaf : leaves) results.push_back(leaf.grad());
    return results;
  };
  const auto found = gradients(packed), expected = gradients(plain);
  for (size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(at::equal(found[i], expected[i])) << i;
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

TEST(LinearInput, IsWhatTheTermSeesInsteadOfX) {
  const auto run = [](const auto& in) {
    return linear(in[0], {.value = in[1]}, in[2], {in[3], in[4], 0.5}, in[5]);
  };
  const std::vector<at::Tensor> in = {normal_tensor({4, 3, 5}, 1), normal_tensor({7, 5}, 2).t(),
                                      normal_tensor({7}, 3),       normal_tensor({5, 2}, 4),
                                      normal_tensor({2, 7}, 5),    normal_tensor({4, 3, 5}, 6)};
  EXPECT_TRUE(gradients_match(run, in));
  EXPECT_TRUE(close(run(in),
                    reference::linear(in[0], {.value = in[1]}, in[2], {in[3], in[4], 0.5}, in[5]),
                    1e-12));
}

TEST(LinearFrozen, ABaseWithoutGradientGetsNoneAndTheAdaptersDo) {
  const at::Tensor x = normal_tensor({6, 5}, 1, at::kFloat);
  const Weight weight{.value = normal_tensor({5, 7}, 2, at::kBFloat16)};
  const LowRank term{normal_tensor({5, 2}, 3, at::kFloat).requires_grad_(true),
                     normal_tensor({2, 7}, 4, at::kFloat).requires_grad_(true), 2.0};
  linear(x, weight, {}, term).square().sum().backward();
  EXPECT_FALSE(weight.value.grad().defined());
  EXPECT_GT(term.A.grad().abs().max().item<float>(), 0);
  EXPECT_GT(term.B.grad().abs().max().item<float>(), 0);
}

TEST(LinearFrozen, TheGradientOfATransposedKernelLiesAsItsKernelDoes) {
  at::Tensor w = normal_tensor({7, 5}, 2, at::kFloat).t().requires_grad_(true);
  linear(normal_tensor({6, 5}, 1, at::kFloat), {.value = w}).sum().backward();
  EXPECT_EQ(w.grad().strides(), w.strides());
}

}  // namespace
}  // namespace twofold::ops
