#include "ops/scale_columns.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "ops/close.h"
#include "support/gradcheck.h"

namespace twofold::ops {
namespace {

using test::close;
using test::gradients_match;
using test::normal_tensor;

TEST(ScaleColumns, IsTheFormulaAndItsGradientsMatchFiniteDifferences) {
  const at::Tensor n = normal_tensor({5}, 3).abs() + 0.5;
  const std::vector<at::Tensor> in = {normal_tensor({2, 3, 5}, 1), normal_tensor({5}, 2),
                                      normal_tensor({5}, 4)};
  EXPECT_TRUE(close(scale_columns(in[0], in[1], n, in[2]), in[0] * in[1] / n + in[2], 1e-12));
  EXPECT_TRUE(
      gradients_match([&](const auto& x) { return scale_columns(x[0], x[1], n, x[2]); }, in));
  EXPECT_TRUE(
      gradients_match([&](const auto& x) { return scale_columns(x[0], x[1], n); }, {in[0], in[1]}));
}

TEST(ScaleColumns, RoundsOnce) {
  const at::Tensor z = normal_tensor({4, 5}, 1, at::kFloat).to(at::kBFloat16);
  const at::Tensor a = normal_tensor({5}, 2, at::kFloat), n = at::full({5}, 1.5, at::kFloat);
  const at::Tensor exact = (z.to(at::kFloat) * (a / n)).to(at::kBFloat16);
  EXPECT_TRUE(at::equal(scale_columns(z, a, n), exact));
}

}  // namespace
}  // namespace twofold::ops
