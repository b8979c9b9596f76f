#include "twofold/model/loss.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "twofold/tensor/host.h"

namespace twofold {
namespace {

at::Tensor rows_of(const std::vector<int32_t>& values, const Batch& batch, at::Device device) {
  return tensor_of(values, {batch.rows, batch.width}, device);
}

}  // namespace

ModelInput to_input(const Batch& batch, const InputKey& key, at::Device device) {
  ModelInput input;
  input.tokens = rows_of(batch.tokens, batch, device);
  input.positions = rows_of(batch.positions, batch, device);
  // Rows that are one document from their first position on need no intervals.
  const bool causal =
      std::all_of(batch.first_key.begin(), batch.first_key.end(), [](int32_t k) { return k == 0; });
  if (!causal) input.first_key = rows_of(batch.first_key, batch, device);
  input.training = key.training;
  input.dropout = {.seed = key.seed, .step = key.step, .site = 0, .first_row = key.first_row};
  return input;
}

at::Tensor batch_loss(Model& model, const Batch& batch, double scale, const InputKey& key,
                      at::Tensor* row_sums) {
  const at::Device device = model.parameters().device();
  const ModelInput input = to_input(batch, key, device);
  return model.loss(model.hidden(input), rows_of(batch.labels, batch, device), scale, input,
                    row_sums);
}

LossSum evaluate_loss(Model& model, const Batch& batch, int64_t micro_rows,
                      std::vector<LossSum>* of_rows) {
  const at::NoGradGuard no_grad;
  const at::Device device = model.parameters().device();
  LossSum total;
  std::vector<at::Tensor> sums, row_sums;
  for (int64_t begin = 0; begin < batch.rows; begin += micro_rows) {
    const Batch part = batch.slice(begin, std::min(begin + micro_rows, batch.rows));
    const at::Tensor hidden = model.hidden(to_input(part, {}, device));
    const at::Tensor losses =
        model.token_losses(hidden.flatten(0, 1), rows_of(part.labels, part, device).flatten());
    sums.push_back(losses.sum(at::kDouble));
    if (of_rows)
      row_sums.push_back(losses.view({part.rows, part.width}).sum(1, false, at::kDouble));
    total.count += part.supervised();
  }
  const auto parts = static_cast<std::ptrdiff_t>(sums.size());
  sums.insert(sums.end(), row_sums.begin(), row_sums.end());
  const std::vector<double> numbers = numbers_of(sums);  // one wait
  for (auto sum = numbers.begin(); sum != numbers.begin() + parts; ++sum) total.sum += *sum;
  int64_t row = 0;
  for (auto sum = numbers.begin() + parts; sum != numbers.end(); ++sum, ++row) {
    of_rows->push_back({.sum = *sum, .count = batch.slice(row, row + 1).supervised()});
  }
  return total;
}

}  // namespace twofold
