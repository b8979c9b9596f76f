#include "twofold/model/model.h"

#include <ATen/core/grad_mode.h>

#include "tensor/dtype.h"
#include "twofold/model/config.h"

namespace twofold {

Model::Model(const ModelConfig& config)
    : activation_(scalar_type(config.activation_dtype)), checkpointing_(config.checkpointing) {}

at::Tensor Model::loss(const at::Tensor& hidden, const at::Tensor& labels, double scale,
                       const ModelInput& input) const {
  const ops::HeadStates states = ops::supervised_states(hidden, labels);
  const auto path = ops::Adapted(head()).training_logits(states, input.pass());
  return ops::head_loss(states, *path, labels, scale, /*chunk=*/0, logit_softcap());
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
