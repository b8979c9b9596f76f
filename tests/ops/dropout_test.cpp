#include "twofold/ops/dropout.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "support/gradcheck.h"

namespace twofold::ops {
namespace {

using test::gradients_match;
using test::normal_tensor;

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

TEST(Dropout, TheReferenceHasTheSameMaskToTheBit) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kDouble}) {
    const at::Tensor x = normal_tensor({5, 3, 7}, 1, type);
    for (const int64_t first_row : {0, 3, 1 << 30}) {  // the last: blocks beyond 32 bits
      const DropoutKey key{.seed = 9, .step = 4, .site = 2, .first_row = first_row * 8};
      EXPECT_TRUE(at::equal(dropout(x, 0.3, key), reference::dropout(x, 0.3, key)));
    }
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

TEST(Dropout, AnElementAloneIsWhatItIsAmongOthers) {
  // Rows of odd widths begin anywhere in a block of random words.
  const at::Tensor whole = dropout(at::ones({40, 259}), 0.5, {.seed = 4, .site = 1});
  for (const int64_t row : {0, 1, 2, 3, 17, 39}) {
    const DropoutKey key{.seed = 4, .site = 1, .first_row = row};
    EXPECT_TRUE(at::equal(dropout(at::ones({1, 259}), 0.5, key), whole.slice(0, row, row + 1)));
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
}  // namespace twofold::ops
