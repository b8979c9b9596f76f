#include "ops/ceiling.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>

namespace twofold::bench {
namespace {

/// The least of several times.
template <typename Work>
double best_seconds(Work work) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int i = 0; i < 8; ++i) {
    const auto begin = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return best;
}

}  // namespace

Ceiling measured_ceiling() {
  const at::NoGradGuard no_gradient;
  constexpr int64_t kSide = 1024, kElements = int64_t{1} << 26;
  const at::Tensor a = at::ones({kSide, kSide}), b = at::ones({kSide, kSide});
  at::Tensor c = at::empty({kSide, kSide});
  const at::Tensor from = at::ones({kElements});
  at::Tensor to = at::zeros({kElements});
  return {.flops = 2.0 * kSide * kSide * kSide / best_seconds([&] { at::mm_out(c, a, b); }),
          .bytes = 2.0 * kElements * sizeof(float) / best_seconds([&] { to.copy_(from); })};
}

}  // namespace twofold::bench
