#include "twofold/model/model.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "tensor/dtype.h"
#include "twofold/model/config.h"

namespace twofold {
namespace {

/// Σ over each of `rows` rows of the losses of its supervised positions, of `positions` in all.
at::Tensor sums_of_rows(const ops::HeadStates& states, at::Tensor losses, int64_t rows,
                        int64_t positions) {
  if (states.places.defined()) {
    losses = at::zeros({positions}, losses.options()).index_copy_(0, states.places, losses);
  }
  return losses.view({rows, positions / rows}).sum(1);
}

}  // namespace

Model::Model(const ModelConfig& config)
    : activation_(scalar_type(config.activation_dtype)), checkpointing_(config.checkpointing) {}

at::Tensor Model::loss(const at::Tensor& hidden, const at::Tensor& labels, double scale,
                       const ModelInput& input, at::Tensor* row_sums) const {
  const ops::HeadStates states = ops::supervised_states(hidden, labels);
  const auto path = ops::Adapted(head()).training_logits(states, input.pass());
  at::Tensor losses;
  at::Tensor loss = ops::head_loss(states, *path, labels, scale, /*chunk=*/0, logit_softcap(),
                                   row_sums ? &losses : nullptr);
  if (row_sums) *row_sums = sums_of_rows(states, losses, labels.size(0), labels.numel());
  return loss;
}

at::Tensor Model::token_losses(const at::Tensor& hidden, const at::Tensor& labels) const {
  const at::NoGradGuard no_grad;
  const auto path = ops::Adapted(head()).evaluation_logits(ops::evaluation_type(hidden));
  return ops::token_losses(hidden, *path, labels, logit_softcap());
}

at::Tensor Model::logits(const at::Tensor& hidden) const {
  const at::NoGradGuard no_grad;
  const auto path = ops::Adapted(head()).evaluation_logits(ops::evaluation_type(hidden));
  return ops::logits(hidden, *path, logit_softcap());
}

}  // namespace twofold
