#include "inspect/spike.h"

#include <algorithm>
#include <functional>

#include "base/error.h"

namespace twofold {
namespace {

constexpr size_t kBefore = 16;

/// The median of what is not empty; of two in the middle the lower one.
double median(std::vector<double> values) {
  const auto middle = values.begin() + (std::ssize(values) - 1) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double rise(const StepLoss& step) { return step.loss - step.before; }

}  // namespace

std::vector<StepLoss> losses_of_steps(std::span<const RowLossRecord> records) {
  std::vector<StepLoss> steps;
  std::vector<double> before;
  for (size_t i = 0; i < records.size();) {
    StepLoss step{.step = records[i].step};
    double sum = 0;
    int64_t count = 0;
    for (; i < records.size() && records[i].step == step.step; ++i) {
      sum += records[i].sum;
      count += records[i].count;
    }
    step.loss = sum / static_cast<double>(count);
    step.before = before.empty() ? step.loss : median(before);
    before.push_back(step.loss);
    if (before.size() > kBefore) before.erase(before.begin());
    steps.push_back(step);
  }
  return steps;
}

StepLoss largest_rise(const std::vector<StepLoss>& steps) {
  TWOFOLD_EXPECT(!steps.empty(), "there is a step");
  return *std::ranges::max_element(steps, {}, rise);
}

std::vector<StepLoss> largest_rises(std::vector<StepLoss> steps, size_t most) {
  std::erase_if(steps, [](const StepLoss& step) { return !(rise(step) > 0); });
  std::ranges::stable_sort(steps, std::greater<>(), rise);
  if (steps.size() > most) steps.resize(most);
  return steps;
}

}  // namespace twofold
