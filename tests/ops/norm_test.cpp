#include "ops/norm.h"

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

constexpr double kEps = 1e-5;

Weight weight_of(const at::Tensor& value) { return {.value = value}; }

at::Tensor gradient_of(const at::Tensor& output, const at::Tensor& input) {
  return torch::autograd::grad({output}, {input}, {at::ones_like(output) + output.detach()})[0];
}

TEST(Norm, RmsNormEqualsTheReference) {
  for (const auto& [type, tolerance] : {std::pair{at::kFloat, 1e-5}, {at::kBFloat16, 0.0}}) {
    const at::Tensor x = normal_tensor({3, 5, 37}, 1, type) * 3;
    const Weight weight = weight_of(normal_tensor({37}, 2, at::kFloat));
    for (const RmsScale scale : {RmsScale::kWeight, RmsScale::kOnePlusWeight}) {
      EXPECT_TRUE(close(rms_norm(x, weight, kEps, scale),
                        reference::rms_norm(x, weight, kEps, scale),
                        type == at::kFloat ? tolerance : 8e-3));
    }
  }
}

TEST(Norm, LayerNormEqualsTheReferenceWithAndWithoutBias) {
  const Weight weight = weight_of(normal_tensor({48}, 2, at::kFloat));
  for (const Weight& bias : {weight_of(normal_tensor({48}, 3, at::kFloat)), Weight{}}) {
    const at::Tensor x = normal_tensor({6, 48}, 1, at::kFloat) + 100;
    EXPECT_TRUE(close(layer_norm(x, weight, bias, kEps),
                      reference::layer_norm(x, weight, bias, kEps), 2e-5));
    const at::Tensor narrow = normal_tensor({6, 48}, 1, at::kBFloat16);
    EXPECT_TRUE(close(layer_norm(narrow, weight, bias, kEps),
                      reference::layer_norm(narrow, weight, bias, kEps), 4e-3));
  }
}

TEST(Norm, RmsNormRoundsBeforeTheWeight) {
  // 1.00390625·… : in bfloat16 the normalised value rounds to a neighbour that the weight then
  // scales.
  const at::Tensor x = normal_tensor({64, 32}, 5, at::kBFloat16);
  const Weight weight = weight_of(at::full({32}, 256.0, at::kFloat));
  const at::Tensor y = rms_norm(x, weight, kEps).to(at::kFloat) / 256;
  const at::Tensor once = rms_norm(x, weight_of(at::ones({32}, at::kFloat)), kEps);
  EXPECT_TRUE(at::equal(y, once.to(at::kFloat)));
}

TEST(Norm, GradientsMatchFiniteDifferences) {
  const at::Tensor x = normal_tensor({2, 3, 11}, 1), w = normal_tensor({11}, 2);
  const at::Tensor b = normal_tensor({11}, 3);
  EXPECT_TRUE(gradients_match(
      [](const auto& in) { return rms_norm(in[0], weight_of(in[1]), kEps); }, {x, w}));
  EXPECT_TRUE(gradients_match(
      [](const auto& in) {
        return rms_norm(in[0], weight_of(in[1]), kEps, RmsScale::kOnePlusWeight);
      },
      {x, w}));
  EXPECT_TRUE(gradients_match(
      [](const auto& in) { return layer_norm(in[0], weight_of(in[1]), weight_of(in[2]), kEps); },
      {x, w, b}));
  EXPECT_TRUE(gradients_match(
      [](const auto& in) { return layer_norm(in[0], weight_of(in[1]), {}, kEps); }, {x, w}));
}

TEST(Norm, FloatGradientsEqualTheReferences) {
  const at::Tensor x = normal_tensor({700, 96}, 1, at::kFloat).requires_grad_(true);
  const at::Tensor w = normal_tensor({96}, 2, at::kFloat).requires_grad_(true);
  const Weight weight = weight_of(w);
  for (const at::Tensor& input : {x, w}) {
    EXPECT_TRUE(close(gradient_of(rms_norm(x, weight, kEps), input),
                      gradient_of(reference::rms_norm(x, weight, kEps), input), 2e-5));
    EXPECT_TRUE(close(gradient_of(layer_norm(x, weight, {}, kEps), input),
                      gradient_of(reference::layer_norm(x, weight, {}, kEps), input), 2e-5));
  }
}

TEST(Norm, AFrozenBfloat16WeightGetsNoGradient) {
  const at::Tensor x = normal_tensor({4, 16}, 1, at::kFloat).requires_grad_(true);
  const at::Tensor w = normal_tensor({16}, 2, at::kBFloat16);
  const at::Tensor y = rms_norm(x, weight_of(w), kEps);
  EXPECT_EQ(y.scalar_type(), at::kFloat);
  y.sum().backward();
  EXPECT_TRUE(x.grad().defined());
  EXPECT_FALSE(w.grad().defined());
}

TEST(Norm, GradientsAreTheSameBitsEveryTime) {
  const at::Tensor x = normal_tensor({900, 64}, 1, at::kFloat);
  const at::Tensor w = normal_tensor({64}, 2, at::kFloat).requires_grad_(true);
  const auto run = [&] { return gradient_of(layer_norm(x, weight_of(w), {}, kEps), w); };
  const at::Tensor first = run();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(at::equal(run(), first));
}

}  // namespace
}  // namespace twofold::ops
