#include "train/step.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace twofold {
namespace {

std::string name_rows(const Batch& batch, int64_t begin, int64_t end) {
  std::vector<std::string> names;
  for (int64_t row = begin; row < end; ++row) {
    const RowSource& source = batch.sources.at(static_cast<size_t>(row));
    names.push_back(fmt::format("{} row {}", source.dataset, source.row));
  }
  return join_first(names, 8, ", ");
}

[[noreturn]] void refuse_not_finite(const std::string& what, const Batch& batch, int64_t begin,
                                    int64_t end, int64_t step) {
  throw NotFinite({.what = what + " is not finite; the run stops",
                   .where = fmt::format("step {}, {}", step, name_rows(batch, begin, end)),
                   .expected = "finite numbers",
                   .found = "inf or nan",
                   .hint = "a smaller learning rate, a longer warm-up or float32 activations"});
}

}  // namespace

StepResult train_step(const LossFunction& loss_of, const Batch& batch, int64_t micro_rows,
                      const std::vector<Trainable>& tensors, Optimizer& optimizer, double lr,
                      int64_t step) {
  const int64_t supervised = batch.supervised();
  if (supervised == 0) {
    fail({.what = "a batch supervises no token",
          .where = fmt::format("step {}, {}", step, name_rows(batch, 0, batch.rows)),
          .expected = "at least one label",
          .found = "none",
          .hint = "check the dataset's mask file, or use larger batches"});
  }
  StepResult result;
  clear_gradients(tensors);
  for (int64_t begin = 0; begin < batch.rows; begin += micro_rows) {
    const int64_t end = std::min(begin + micro_rows, batch.rows);
    at::Tensor loss =
        loss_of(batch.slice(begin, end), 1.0 / static_cast<double>(supervised), begin);
    const double value = loss.item<double>();
    if (!std::isfinite(value)) refuse_not_finite("the loss", batch, begin, end, step);
    if (loss.requires_grad()) loss.backward();
    result.loss += value;
  }
  const GradientNorm norm = gradient_norm(tensors);
  if (!norm.not_finite.empty()) {
    refuse_not_finite("the gradient of " + norm.not_finite, batch, 0, batch.rows, step);
  }
  result.grad_norm = norm.value;
  optimizer.step(lr, norm.value);
  clear_gradients(tensors);
  return result;
}

}  // namespace twofold
