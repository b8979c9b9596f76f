#include "ops/matmul.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>

#include "twofold/tensor/host.h"

namespace twofold::ops {
namespace {

double seconds(const at::Tensor& a, const at::Tensor& b) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  at::mm(a, b);
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

bool measure_native_bfloat16() {
  const at::NoGradGuard no_gradient;
  // Large enough to be typical, small enough (some ten milliseconds) not to be noticed at start.
  const at::Tensor wide = at::ones({192, 384}, at::device(host_device()));
  const at::Tensor narrow = wide.to(at::kBFloat16);
  // In turns, and the best of many: what else the machine does must not decide.
  double best_narrow = 1e9, best_wide = 1e9;
  for (int turn = 0; turn < 16; ++turn) {
    best_narrow = std::min(best_narrow, seconds(narrow, narrow.t()));
    best_wide = std::min(best_wide, seconds(wide, wide.t()));
  }
  return best_narrow < best_wide;
}

thread_local std::optional<bool> chosen;

}  // namespace

bool native_bfloat16() {
  if (chosen) return *chosen;
  static const bool faster = measure_native_bfloat16();
  return faster;
}

Bfloat16Choice::Bfloat16Choice() : before_(chosen) {}
Bfloat16Choice::~Bfloat16Choice() { chosen = before_; }
void Bfloat16Choice::set(bool native) { chosen = native; }

ComputeOperand::ComputeOperand(const at::Tensor& value)
    : value_(value.scalar_type() == at::kBFloat16 && !native_bfloat16() ? value.to(at::kFloat)
                                                                        : value) {}

ComputeOperand::ComputeOperand(const at::Tensor& value, const ComputeOperand& other)
    : value_(value.to(other.dtype())) {}

}  // namespace twofold::ops
