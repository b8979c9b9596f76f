#pragma once
// A small model whose distributions are far from flat: its likeliest token leads clearly.

#include <ATen/ATen.h>

#include "model/families/registry.h"
#include "twofold/model/config.h"

namespace twofold::test {

/// 20 tokens.
inline std::unique_ptr<Model> sharp_model(int64_t block_size) {
  const auto config = make_model_config("llama");
  config->n_layers = 2;
  config->n_embd = 16;
  config->n_head = 2;
  config->block_size = block_size;
  config->vocab_size = 20;
  config->activation_dtype = "float32";
  auto model = config->build();
  model->parameters().initialize(3, at::kFloat);
  const at::NoGradGuard no_grad;
  for (Parameter& parameter : model->parameters().all()) {
    if (parameter.is_matrix()) parameter.weight.value.mul_(15);
  }
  return model;
}

}  // namespace twofold::test
