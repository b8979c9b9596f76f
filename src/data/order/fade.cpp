#include "data/order/fade.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace twofold {
namespace {

/// log(1 + eˣ), for any x.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

/// The integral of the curve from 0 to `t`. Up to 1 it is a half, as the curves are symmetric.
double risen(const Fade& fade, double t) {
  switch (fade.curve) {
    case FadeCurve::kLinear:
      return t * t / 2;
    case FadeCurve::kCosine:
      return (t - std::sin(std::numbers::pi * t) / std::numbers::pi) / 2;
    case FadeCurve::kSigmoid:
      return (softplus(fade.steepness * (t - 0.5)) - softplus(-fade.steepness / 2)) /
             fade.steepness;
  }
  return 0;
}

}  // namespace

StageOrder::StageOrder(const std::vector<int64_t>& stage_steps, Fade fade, int64_t batch_size)
    : fade_(std::move(fade)), batch_size_(batch_size) {
  int64_t begin = 0;
  for (const int64_t steps : stage_steps) {
    begins_.push_back(begin);
    begin += steps;
  }
  fade_.half_lengths.resize(std::max<size_t>(begins_.size(), 1) - 1);
}

int64_t StageOrder::served_from(size_t stage, int64_t step) const {
  if (stage == begins_.size()) return 0;
  const int64_t since = step - begins_[stage];
  const double half = stage == 0 ? 0 : fade_.half_lengths[stage - 1];
  if (std::abs(static_cast<double>(since)) >= half) {
    return std::max<int64_t>(since, 0) * batch_size_;
  }
  constexpr double kRounding = 1e-6;  // so that what is whole is not rounded down
  const double t = (static_cast<double>(since) + half) / (2 * half);
  const double rows = static_cast<double>(batch_size_) * 2 * half * risen(fade_, t);
  return static_cast<int64_t>(rows + kRounding);
}

std::vector<StageRows> StageOrder::of_step(int64_t step) const {
  std::vector<StageRows> parts;
  int64_t rows = 0;
  for (size_t stage = 0; stage < begins_.size(); ++stage) {
    const int64_t first = served_from(stage, step) - served_from(stage + 1, step);
    const int64_t end = served_from(stage, step + 1) - served_from(stage + 1, step + 1);
    if (end > first) parts.push_back({.stage = stage, .first = first, .count = end - first});
    rows += end - first;
  }
  TWOFOLD_EXPECT(rows == batch_size_, "the stages of a step serve all of its rows");
  return parts;
}

}  // namespace twofold
