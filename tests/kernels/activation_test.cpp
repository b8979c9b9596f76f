#include "kernels/activation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "kernels/close.h"
#include "support/gradcheck.h"

namespace twofold::kernels {
namespace {

using test::close;
using test::gradients_match;
using test::normal_tensor;

TEST(Activation, ValuesEqualTheReference) {
  for (const auto& [type, tolerance] : {std::pair{at::kFloat, 1e-6}, {at::kBFloat16, 8e-3}}) {
    const at::Tensor x = normal_tensor({7, 333}, 1, type) * 3,
                     up = normal_tensor({7, 333}, 2, type);
    EXPECT_TRUE(close(silu_mul(x, up), reference::silu_mul(x, up), tolerance));
    EXPECT_TRUE(close(gelu_tanh_mul(x, up), reference::gelu_tanh_mul(x, up), tolerance));
    EXPECT_TRUE(close(gelu_tanh(x), reference::gelu_tanh(x), tolerance));
    EXPECT_TRUE(close(gelu_erf(x), reference::gelu_erf(x), tolerance));
  }
}

TEST(Activation, ValuesFarFromZeroStayFinite) {
  const at::Tensor x = at::tensor({-1e4f, -90.f, 0.f, 90.f, 1e4f});
  const at::Tensor want = at::tensor({0.f, 0.f, 0.f, 90.f, 1e4f});
  EXPECT_TRUE(close(silu_mul(x, at::ones_like(x)), want, 1e-6));
  EXPECT_TRUE(close(gelu_tanh(x), want, 1e-6));
  EXPECT_TRUE(close(gelu_erf(x), want, 1e-6));
}

TEST(Activation, GradientsMatchFiniteDifferences) {
  const at::Tensor x = normal_tensor({3, 13}, 1) * 2, up = normal_tensor({3, 13}, 2);
  EXPECT_TRUE(gradients_match([](const auto& in) { return silu_mul(in[0], in[1]); }, {x, up}));
  EXPECT_TRUE(gradients_match([](const auto& in) { return gelu_tanh_mul(in[0], in[1]); }, {x, up}));
  EXPECT_TRUE(gradients_match([](const auto& in) { return gelu_tanh(in[0]); }, {x}));
  EXPECT_TRUE(gradients_match([](const auto& in) { return gelu_erf(in[0]); }, {x}));
}

TEST(Activation, HalvesOfAFusedProjectionAreAccepted) {
  const at::Tensor fused = normal_tensor({4, 22}, 3);
  EXPECT_TRUE(gradients_match(
      [](const auto& in) { return silu_mul(in[0].slice(1, 0, 11), in[0].slice(1, 11, 22)); },
      {fused}));
}

TEST(Activation, FloatGradientsEqualTheReferences) {
  const auto gradient = [](auto&& function) {
    const at::Tensor x = (normal_tensor({50, 101}, 4, at::kFloat) * 4).requires_grad_(true);
    function(x).sum().backward();
    return x.grad();
  };
  const at::Tensor up = normal_tensor({50, 101}, 5, at::kFloat);
  EXPECT_TRUE(close(gradient([&](const at::Tensor& x) { return silu_mul(x, up); }),
                    gradient([&](const at::Tensor& x) { return reference::silu_mul(x, up); }),
                    2e-6));
  EXPECT_TRUE(close(gradient(gelu_tanh), gradient(reference::gelu_tanh), 2e-6));
  EXPECT_TRUE(close(gradient(gelu_erf), gradient(reference::gelu_erf), 2e-6));
}

TEST(Dropout, KeepsTheExpectationAndScalesTheRest) {
  const at::Tensor x = at::ones({64, 1000}, at::kFloat);
  const at::Tensor y = dropout(x, 0.25, {.seed = 1, .step = 2, .site = 3});
  EXPECT_TRUE(((y == 0) | ((y - 4.0 / 3.0).abs() < 1e-6)).all().item<bool>());
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 0.01);
  EXPECT_NEAR((y == 0).to(at::kDouble).mean().item<double>(), 0.25, 0.007);
}

TEST(Dropout, ZeroReturnsTheInputItself) {
  const at::Tensor x = at::ones({2, 3});
  EXPECT_TRUE(dropout(x, 0.0, {}).is_same(x));
}

TEST(Dropout, DoesNotDependOnTheSplitIntoMicroBatches) {
  const at::Tensor x = normal_tensor({7, 3, 5}, 1, at::kFloat);
  const DropoutKey whole{.seed = 9, .step = 4, .site = 2, .first_row = 10};
  const at::Tensor together = dropout(x, 0.5, whole);
  for (int64_t cut = 1; cut < 7; ++cut) {
    DropoutKey second = whole;
    second.first_row += cut;
    const at::Tensor parts = at::cat(
        {dropout(x.slice(0, 0, cut), 0.5, whole), dropout(x.slice(0, cut, 7), 0.5, second)});
    EXPECT_TRUE(at::equal(parts, together)) << "cut at " << cut;
  }
}

TEST(Dropout, EverySeedStepSiteAndRowHasItsOwnMask) {
  const at::Tensor x = at::ones({1, 256});
  const at::Tensor base = dropout(x, 0.5, {.seed = 1, .step = 1, .site = 1, .first_row = 1});
  for (const DropoutKey& other : {DropoutKey{2, 1, 1, 1}, DropoutKey{1, 2, 1, 1},
                                  DropoutKey{1, 1, 2, 1}, DropoutKey{1, 1, 1, 2}}) {
    EXPECT_FALSE(at::equal(dropout(x, 0.5, other), base));
  }
}

TEST(Dropout, GradientUsesTheForwardsMask) {
  const DropoutKey key{.seed = 3, .step = 1, .site = 7, .first_row = 2};
  EXPECT_TRUE(gradients_match([&](const auto& in) { return dropout(in[0], 0.4, key); },
                              {normal_tensor({3, 21}, 1)}));
  const at::Tensor x = at::ones({3, 21}, at::kBFloat16).requires_grad_(true);
  const at::Tensor y = dropout(x, 0.4, key);
  y.sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), y));
}

}  // namespace
}  // namespace twofold::kernels
