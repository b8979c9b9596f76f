#include "ops/activation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "ops/close.h"
#include "support/gradcheck.h"

namespace twofold::ops {
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

}  // namespace
}  // namespace twofold::ops
