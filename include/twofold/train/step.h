#pragma once
// One optimizer step, whatever is being trained.

#include <ATen/core/Tensor.h>

#include <functional>
#include <utility>
#include <vector>

#include "twofold/data/batch.h"
#include "twofold/error.h"
#include "twofold/observer.h"
#include "twofold/optim/optimizer.h"

namespace twofold {

/// The loss of a micro-batch.
struct MicroLoss {
  /// A function may return the scaled loss alone.
  MicroLoss(at::Tensor scaled_loss, at::Tensor sums = {})
      : loss(std::move(scaled_loss)), row_sums(std::move(sums)) {}
  at::Tensor loss;      ///< scale · Σ token losses, with a gradient graph
  at::Tensor row_sums;  ///< Σ token losses of each row, without one; undefined: not said
};

/// `first_row` is the number of the micro-batch's first row within the step's global batch.
using LossFunction = std::function<MicroLoss(const Batch& micro, double scale, int64_t first_row)>;

/// A number that must be finite is not. The run cannot continue from the state that led to it.
class NotFinite : public Error {
 public:
  using Error::Error;
};

struct StepResult {
  double loss = 0;                        ///< mean over the supervised tokens of the global batch
  double grad_norm = 0;                   ///< before clipping
  std::vector<RowLoss> rows = {};         ///< of the batch; empty if the loss function does not say
  std::vector<double> grad_squares = {};  ///< of each tensor: the sum of its gradient's squares
};

/// Forward and backward over micro-batches of at most `micro_rows`, then one update with rate `lr`.
/// Throws an Error if the batch supervises no token, and NotFinite if the loss or a gradient is not
/// finite (naming the step, the tensor and the data rows); both leave the parameters unchanged.
StepResult train_step(const LossFunction& loss_of, const Batch& batch, int64_t micro_rows,
                      const std::vector<Trainable>& tensors, Optimizer& optimizer, double lr,
                      int64_t step);

}  // namespace twofold
