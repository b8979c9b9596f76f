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

/// Forward and backward of every micro-batch.
std::vector<MicroLoss> accumulate(const LossFunction& loss_of, const Batch& batch,
                                  int64_t micro_rows, int64_t supervised) {
  std::vector<MicroLoss> all;
  for (int64_t begin = 0; begin < batch.rows; begin += micro_rows) {
    const int64_t end = std::min(begin + micro_rows, batch.rows);
    MicroLoss micro =
        loss_of(batch.slice(begin, end), 1.0 / static_cast<double>(supervised), begin);
    if (micro.loss.requires_grad()) micro.loss.backward();
    micro.loss = micro.loss.detach();
    all.push_back(std::move(micro));
  }
  return all;
}

/// What a step needs to know of the device's results, read back in one wait for it.
struct Read {
  std::vector<double> losses;    ///< of the micro-batches
  std::vector<double> row_sums;  ///< of all rows, or none
  GradientNorm norm;
};

Read read_back(const std::vector<MicroLoss>& micro, const std::vector<Trainable>& tensors) {
  std::vector<at::Tensor> wanted;
  std::ptrdiff_t rows = 0;
  for (const MicroLoss& one : micro) wanted.push_back(one.loss);
  for (const MicroLoss& one : micro) {
    if (!one.row_sums.defined()) continue;
    wanted.push_back(one.row_sums);
    rows += one.row_sums.numel();
  }
  if (const at::Tensor squares = gradient_squares(tensors); squares.defined()) {
    wanted.push_back(squares);
  }
  const std::vector<double> numbers = numbers_of(wanted);
  const auto of_rows = numbers.begin() + std::ssize(micro);
  return {.losses = {numbers.begin(), of_rows},
          .row_sums = {of_rows, of_rows + rows},
          .norm = gradient_norm(tensors, {of_rows + rows, numbers.end()})};
}

std::vector<RowLoss> losses_of_rows(const Batch& batch, const std::vector<double>& sums) {
  if (std::ssize(sums) != batch.rows) return {};
  std::vector<RowLoss> rows;
  for (const double sum : sums) {
    const auto labels = batch.labels.begin() + std::ssize(rows) * batch.width;
    const auto unsupervised = std::count(labels, labels + batch.width, -1);
    rows.push_back({.sum = sum, .count = batch.width - unsupervised});
  }
  return rows;
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
  const Read read = read_back(accumulate(loss_of, batch, micro_rows, supervised), tensors);
  StepResult result{.loss = 0,
                    .grad_norm = read.norm.value,
                    .rows = losses_of_rows(batch, read.row_sums),
                    .grad_squares = read.norm.squares};
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
