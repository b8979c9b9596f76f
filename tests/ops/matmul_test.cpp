#include "ops/matmul.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <thread>

#include "ops/close.h"
#include "ops/linear.h"
#include "support/gradcheck.h"

namespace twofold::ops {
namespace {

using test::close;
using test::normal_tensor;

class NativeBfloat16 : public testing::TestWithParam<bool> {
 private:
  const Bfloat16Choice choice_{GetParam()};
};

TEST_P(NativeBfloat16, IsWhatWasChosen) {
  EXPECT_EQ(native_bfloat16(), GetParam());
  const ComputeOperand operand(at::ones({2, 2}, at::kBFloat16));
  EXPECT_EQ(operand.dtype(), GetParam() ? at::kBFloat16 : at::kFloat);
}

TEST_P(NativeBfloat16, IsChosenForThisThreadAndForATime) {
  {
    Bfloat16Choice inner;
    EXPECT_EQ(native_bfloat16(), GetParam());
    inner.set(!GetParam());
    EXPECT_EQ(native_bfloat16(), !GetParam());
    bool elsewhere = GetParam();
    std::thread([&] {
      const Bfloat16Choice other(GetParam());
      elsewhere = native_bfloat16();
    }).join();
    EXPECT_EQ(elsewhere, GetParam());
    EXPECT_EQ(native_bfloat16(), !GetParam());
  }
  EXPECT_EQ(native_bfloat16(), GetParam());
}

TEST_P(NativeBfloat16, BothWaysAreTheReferenceWithinRounding) {
  const at::Tensor x = normal_tensor({6, 32}, 1, at::kFloat).to(at::kBFloat16);
  const Weight weight{.value = normal_tensor({32, 16}, 2, at::kFloat).to(at::kBFloat16)};
  const LowRank term{normal_tensor({32, 4}, 3, at::kFloat), normal_tensor({4, 16}, 4, at::kFloat),
                     0.5};
  const at::Tensor expected =
      reference::linear(x.to(at::kFloat), {.value = weight.value.to(at::kFloat)}, {}, term, {});
  EXPECT_TRUE(close(linear(x, weight, {}, term).to(at::kFloat), expected, 3e-2));
}

INSTANTIATE_TEST_SUITE_P(Ways, NativeBfloat16, testing::Bool());

}  // namespace
}  // namespace twofold::ops
