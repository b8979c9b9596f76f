#include "model/loss.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

#include "ops/head_loss.h"

namespace twofold {
namespace {

at::Tensor rows_of(const std::vector<int32_t>& values, const Batch& batch) {
  at::Tensor out = at::empty({batch.rows, batch.width}, at::kInt);
  std::memcpy(out.data_ptr<int32_t>(), values.data(), values.size() * sizeof(int32_t));
  return out;
}

}  // namespace

ModelInput to_input(const Batch& batch, const InputKey& key) {
  ModelInput input;
  input.tokens = rows_of(batch.tokens, batch);
  input.positions = rows_of(batch.positions, batch);
  // Rows that are one document from their first position on need no intervals.
  const bool causal =
      std::all_of(batch.first_key.begin(), batch.first_key.end(), [](int32_t k) { return k == 0; });
  if (!causal) input.first_key = rows_of(batch.first_key, batch);
  input.training = key.training;
  input.dropout = {.seed = key.seed, .step = key.step, .site = 0, .first_row = key.first_row};
  return input;
}

at::Tensor batch_loss(Model& model, const Batch& batch, double scale, const InputKey& key) {
  const at::Tensor hidden = model.hidden(to_input(batch, key));
  return ops::head_loss(hidden, model.head(), rows_of(batch.labels, batch), scale, /*chunk=*/0,
                            model.logit_softcap());
}

LossSum evaluate_loss(Model& model, const Batch& batch, int64_t micro_rows) {
  const at::NoGradGuard no_grad;
  LossSum total;
  for (int64_t begin = 0; begin < batch.rows; begin += micro_rows) {
    const Batch part = batch.slice(begin, std::min(begin + micro_rows, batch.rows));
    const at::Tensor hidden = model.hidden(to_input(part, {}));
    const at::Tensor losses =
        ops::token_losses(hidden.flatten(0, 1), model.head(),
                              rows_of(part.labels, part).flatten(), model.logit_softcap());
    total.sum += losses.sum(at::kDouble).item<double>();
    total.count += part.supervised();
  }
  return total;
}

}  // namespace twofold
