#include "ops/linear.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "ops/close.h"
#include "ops/dropout.h"
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

TEST_P(Linear, APackedKernelIsItsUnpackedOne) {
  const auto in = inputs(at::kFloat);
  Weight packed{.value = in[1], .low_rank = {}};
  pack_nf4(packed);
  Weight plain{.value = unpacked(packed, at::kFloat), .low_rank = {}};
  const auto gradients = [&](Weight kernel) {
    std::vector<at::Tensor> leaves = {in[0].clone().requires_grad_(true)};
    if (GetParam().adapter) {
      for (const size_t i : {3, 4}) leaves.push_back(in[i].clone().requires_grad_(true));
      kernel.low_rank = LowRank{leaves[1], leaves[2], 0.5};
    }
    const at::Tensor y = linear(leaves[0], kernel, GetParam().bias ? in[2] : at::Tensor());
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

/// x, W, b, A, B, m of a DoRA layer whose input is dropped with rate p in one step.
at::Tensor dora(const std::vector<at::Tensor>& in, double p, bool bias = true) {
  Weight kernel{.value = in[1], .low_rank = LowRank{in[3], in[4], 0.5, in[5]}};
  if (p > 0) {
    kernel.low_rank->dropout = std::make_shared<AdapterDropout>(
        AdapterDropout{.p = p, .seed = 1, .step = 2, .first_row = 3});
  }
  return linear(in[0], kernel, bias ? in[2] : at::Tensor());
}

std::vector<at::Tensor> dora_inputs(at::ScalarType type) {
  return {normal_tensor({4, 3, 5}, 1, type), normal_tensor({7, 5}, 2, type).t(),
          normal_tensor({7}, 3, type),       normal_tensor({5, 2}, 4, type),
          normal_tensor({2, 7}, 5, type),    normal_tensor({7}, 6, type)};
}

at::Tensor reference_dora(const std::vector<at::Tensor>& in) {
  return reference::linear(in[0], {.value = in[1], .low_rank = LowRank{in[3], in[4], 0.5, in[5]}},
                           in[2]);
}

TEST(LinearDora, EqualsTheReferenceInValueAndGradient) {
  std::vector<at::Tensor> in = dora_inputs(at::kDouble);
  EXPECT_TRUE(close(dora(in, 0), reference_dora(in), 1e-12));
  for (at::Tensor& tensor : in) tensor.requires_grad_(true);
  const at::Tensor direction = normal_tensor({4, 3, 7}, 9, at::kDouble);
  const auto fast = torch::autograd::grad({dora(in, 0)}, in, {direction});
  const auto slow = torch::autograd::grad({reference_dora(in)}, in, {direction});
  for (size_t i = 0; i < in.size(); ++i) EXPECT_TRUE(close(fast[i], slow[i], 1e-12)) << i;
}

TEST(LinearDora, GradientsMatchFiniteDifferencesWhereTheNormIsConstant) {
  for (const double p : {0.0, 0.4}) {
    for (const bool bias : {false, true}) {
      const std::vector<at::Tensor> all = dora_inputs(at::kDouble);
      const auto of_x_b_m = [&](const auto& in) {
        return dora({in[0], all[1], in[1], all[3], all[4], in[2]}, p, bias);
      };
      EXPECT_TRUE(gradients_match(of_x_b_m, {all[0], all[2], all[5]}));
    }
  }
}

TEST(LinearDora, WithDropoutOnlyTheAdaptedPartLosesInputs) {
  const std::vector<at::Tensor> in = dora_inputs(at::kDouble);
  const uint64_t site = 0;
  const at::Tensor seen = dropout(in[0], 0.4, {.seed = 1, .step = 2, .site = site, .first_row = 3});
  std::vector<at::Tensor> hidden = in, shown = in;
  hidden[0] = seen;
  const at::Tensor rest = at::matmul(in[0] - seen, in[1]);
  EXPECT_TRUE(close(dora(in, 0.4), reference_dora(hidden) + rest, 1e-12));
}

TEST(LinearDropout, IsOfTheAdaptersInputAndItsGradientsAgree) {
  const auto run = [](const auto& in) {
    Weight kernel{.value = in[1], .low_rank = LowRank{in[3], in[4], 0.5}};
    kernel.low_rank->dropout = std::make_shared<AdapterDropout>(
        AdapterDropout{.p = 0.4, .seed = 1, .step = 2, .first_row = 3});
    return linear(in[0], kernel, in[2]);
  };
  std::vector<at::Tensor> in = dora_inputs(at::kDouble);
  in.pop_back();
  EXPECT_TRUE(gradients_match(run, in));
  const at::Tensor seen = dropout(in[0], 0.4, {.seed = 1, .step = 2, .site = 0, .first_row = 3});
  const at::Tensor expected =
      at::matmul(in[0], in[1]) + in[2] + at::matmul(at::matmul(seen, in[3]), in[4]) * 0.5;
  EXPECT_TRUE(close(run(in), expected, 1e-12));
}

TEST(LinearDropout, RowsKeepTheirMasksInAnyMicroBatch) {
  const std::vector<at::Tensor> in = dora_inputs(at::kFloat);
  const auto rows = [&](int64_t first, int64_t count) {
    Weight kernel{.value = in[1], .low_rank = LowRank{in[3], in[4], 0.5}};
    kernel.low_rank->dropout = std::make_shared<AdapterDropout>(
        AdapterDropout{.p = 0.4, .seed = 1, .step = 2, .first_row = first});
    return linear(in[0].narrow(0, first, count), kernel);
  };
  EXPECT_TRUE(close(rows(0, 4), at::cat({rows(0, 1), rows(1, 3)}), 1e-6));
}

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
}  // namespace twofold::ops
