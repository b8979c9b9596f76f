#pragma once
// A problem small enough to be worked out by hand: one weight a label, squared distance to the
// token.

#include <ATen/ATen.h>

#include "twofold/train/step.h"

namespace twofold::test {

struct Toy {
  std::vector<Trainable> tensors{{"w", at::zeros({4}, at::kFloat).requires_grad_(true)}};
  std::unique_ptr<Optimizer> optimizer = make_optimizer({.clip = 0}, tensors);

  LossFunction loss() {
    return [this](const Batch& micro, double scale, int64_t) {
      at::Tensor sum = at::zeros({}, at::kFloat);
      for (size_t i = 0; i < micro.labels.size(); ++i) {
        if (micro.labels[i] < 0) continue;
        const at::Tensor distance = tensors[0].value[micro.labels[i]] - micro.tokens[i];
        sum = sum + distance * distance;
      }
      return sum * scale;
    };
  }
  at::Tensor weights() const { return tensors[0].value.detach().clone(); }
};

/// rows × 3; the numbers depend on `step`; row 1 supervises one position only.
inline Batch toy_batch(int64_t step, int64_t rows = 4) {
  Batch batch(rows, 3);
  for (size_t i = 0; i < batch.tokens.size(); ++i) {
    batch.tokens[i] = static_cast<int32_t>((i * 7 + static_cast<size_t>(step) * 3) % 11);
    batch.labels[i] = i == 3 || i == 4 ? -1 : static_cast<int32_t>(i % 4);
  }
  for (int64_t row = 0; row < rows; ++row) {
    batch.sources[static_cast<size_t>(row)] = {"toy", row, 0};
  }
  return batch;
}

}  // namespace twofold::test
