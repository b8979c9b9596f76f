#pragma once
// Element-wise comparison of two tensors with a message that names the size of the difference.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace twofold::test {

/// |actual − expected| ≤ tolerance·(1 + |expected|) everywhere, same shape and dtype; NaN fails.
inline testing::AssertionResult close(const at::Tensor& actual, const at::Tensor& expected,
                                      double tolerance) {
  if (actual.sizes() != expected.sizes() || actual.scalar_type() != expected.scalar_type()) {
    return testing::AssertionFailure()
           << actual.sizes() << " " << actual.scalar_type() << " instead of " << expected.sizes()
           << " " << expected.scalar_type();
  }
  const at::Tensor want = expected.detach().to(at::kDouble);
  const at::Tensor error = (actual.detach().to(at::kDouble) - want).abs() / (want.abs() + 1);
  const double worst = error.numel() == 0 ? 0 : error.max().item<double>();
  if (worst <= tolerance) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "worst error " << worst << " > " << tolerance;
}

}  // namespace twofold::test
