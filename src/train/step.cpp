#include "twofold/train/step.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "twofold/tensor/host.h"

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

/// Losses of the micro-batches and sizes of the gradients, read back in one wait for the device.
struct Read {
  std::vector<double> losses;
  GradientNorm norm;
};

Read read_back(std::vector<at::Tensor> losses, const std::vector<Trainable>& tensors) {
  const auto count = static_cast<std::ptrdiff_t>(losses.size());
  if (const at::Tensor squares = gradient_squares(tensors); squares.defined()) {
    losses.push_back(squares);
  }
  const std::vector<double> numbers = numbers_of(losses);
  return {.losses = {numbers.begin(), numbers.begin() + count},
          .norm = gradient_norm(tensors, {numbers.begin() + count, numbers.end()})};
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
  clear_gradients(tensors);
  std::vector<at::Tensor> losses;
  for (int64_t begin = 0; begin < batch.rows; begin += micro_rows) {
    const int64_t end = std::min(begin + micro_rows, batch.rows);
    const at::Tensor loss =
        loss_of(batch.slice(begin, end), 1.0 / static_cast<double>(supervised), begin);
    if (loss.requires_grad()) loss.backward();
    losses.push_back(loss.detach());
  }
  const Read read = read_back(std::move(losses), tensors);
  StepResult result{.loss = 0, .grad_norm = read.norm.value};
  for (size_t i = 0; i < read.losses.size(); ++i) {
    const int64_t begin = static_cast<int64_t>(i) * micro_rows;
    if (!std::isfinite(read.losses[i])) {
      refuse_not_finite("the loss", batch, begin, std::min(begin + micro_rows, batch.rows), step);
    }
    result.loss += read.losses[i];
  }
  if (!read.norm.not_finite.empty()) {
    refuse_not_finite("the gradient of " + read.norm.not_finite, batch, 0, batch.rows, step);
  }
  optimizer.step(lr, read.norm);
  clear_gradients(tensors);
  return result;
}

}  // namespace twofold
