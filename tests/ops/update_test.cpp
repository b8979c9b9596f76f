#include "ops/update.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "ops/close.h"
#include "support/gradcheck.h"

namespace twofold::ops {
namespace {

using test::close;
using test::normal_tensor;

TEST(AdamUpdate, EqualsTheReferenceOverSeveralUpdates) {
  at::Tensor p = normal_tensor({300, 7}, 1, at::kFloat), m = at::zeros({300, 7}),
             v = at::zeros({300, 7});
  at::Tensor rp = p.clone(), rm = m.clone(), rv = v.clone();
  for (int64_t count = 1; count <= 5; ++count) {
    const at::Tensor g = normal_tensor({300, 7}, 10 + static_cast<uint64_t>(count), at::kFloat);
    const AdamStep step{.lr = 0.01, .weight_decay = 0.1, .gradient_scale = 0.5, .count = count};
    adam_update(p, g, m, v, step);
    reference::adam_update(rp, g, rm, rv, step);
  }
  EXPECT_TRUE(close(p, rp, 1e-6));
  EXPECT_TRUE(close(m, rm, 1e-6));
  EXPECT_TRUE(close(v, rv, 1e-6));
}

TEST(AdamUpdate, DecayIsDecoupledFromTheGradient) {
  at::Tensor p = at::full({4}, 2.0f), m = at::zeros({4}), v = at::zeros({4});
  adam_update(p, at::zeros({4}), m, v, {.lr = 0.5, .weight_decay = 0.1});
  EXPECT_TRUE(close(p, at::full({4}, 1.9f), 1e-6));
}

TEST(SumsOfSquares, IsTheSameBitsForAnyNumberOfThreads) {
  const at::Tensor x = normal_tensor({200'000}, 1, at::kFloat);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = sums_of_squares({x, x.narrow(0, 7, 100)});
  at::set_num_threads(2);
  EXPECT_TRUE(at::equal(one, sums_of_squares({x, x.narrow(0, 7, 100)})));
  at::set_num_threads(before);
  EXPECT_TRUE(close(one, reference::sums_of_squares({x, x.narrow(0, 7, 100)}), 1e-6));
}

}  // namespace
}  // namespace twofold::ops
