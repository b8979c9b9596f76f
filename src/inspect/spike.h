#pragma once
// The loss of each step, and where it rises most.

#include <cstdint>
#include <span>
#include <vector>

#include "train/recorders/row_losses.h"

namespace twofold {

struct StepLoss {
  int64_t step = 0;
  double loss = 0;    ///< the mean over its supervised tokens
  double before = 0;  ///< median of the losses of up to 16 steps before it; its own for the first
};

/// One a step, in order.
std::vector<StepLoss> losses_of_steps(std::span<const RowLossRecord> records);

/// The one that rises most above those before it. There is at least one.
StepLoss largest_rise(const std::vector<StepLoss>& steps);
/// The `most` that rise most, the largest rise first; none that does not rise.
std::vector<StepLoss> largest_rises(std::vector<StepLoss> steps, size_t most);

}  // namespace twofold
