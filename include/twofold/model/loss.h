#pragma once
// Batches through a model: the loss as a sum and a count, and losses for evaluation.

#include "twofold/data/batch.h"
#include "twofold/model/model.h"

namespace twofold {

struct InputKey {
  bool training = false;
  uint64_t seed = 0, step = 0;
  int64_t first_row = 0;
};
ModelInput to_input(const Batch& batch, const InputKey& key, at::Device device);

/// scale · Σ token losses as a scalar with a gradient graph. With scale = 1 / supervised tokens of
/// the global batch, summing over micro-batches gives the mean loss of the step. `row_sums`
/// receives Σ token losses of each row (float64, on the model's device), without a gradient.
at::Tensor batch_loss(Model& model, const Batch& batch, double scale, const InputKey& key,
                      at::Tensor* row_sums = nullptr);

/// Σ of token losses and their count, no gradient, dropout off.
struct LossSum {
  double sum = 0;
  int64_t count = 0;
  double mean() const { return sum / static_cast<double>(count); }
};
/// `of_rows` receives those of each row, behind what it holds.
LossSum evaluate_loss(Model& model, const Batch& batch, int64_t micro_rows,
                      std::vector<LossSum>* of_rows = nullptr);

}  // namespace twofold
