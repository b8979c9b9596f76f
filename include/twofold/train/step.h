#pragma once
// One optimizer step, whatever is being trained.

#include <functional>
#include <vector>

#include "twofold/data/batch.h"
#include "twofold/error.h"
#include "twofold/optim/optimizer.h"

namespace twofold {

/// scale · Σ token losses of the rows of a micro-batch, with a gradient graph. `first_row` is the
/// number of the micro-batch's first row within the step's global batch.
using LossFunction = std::function<at::Tensor(const Batch& micro, double scale, int64_t first_row)>;

/// A number that must be finite is not. The run cannot continue from the state that led to it.
class NotFinite : public Error {
 public:
  using Error::Error;
};

struct StepResult {
  double loss = 0;       ///< mean over the supervised tokens of the global batch
  double grad_norm = 0;  ///< before clipping
};

/// Forward and backward over micro-batches of at most `micro_rows`, then one update with rate `lr`.
/// Throws an Error if the batch supervises no token, and NotFinite if the loss or a gradient is not
/// finite (naming the step, the tensor and the data rows); both leave the parameters unchanged.
StepResult train_step(const LossFunction& loss_of, const Batch& batch, int64_t micro_rows,
                      const std::vector<Trainable>& tensors, Optimizer& optimizer, double lr,
                      int64_t step);

}  // namespace twofold
