#pragma once
// A model and a mixture of the smallest size.

#include "data/sampling.h"
#include "model/families/registry.h"
#include "twofold/model/config.h"

namespace twofold::test {

inline std::unique_ptr<ModelConfig> tiny_llama() {
  std::unique_ptr<ModelConfig> config = make_model_config("llama");
  config::Fields fields;
  config->declare(fields);
  config::load(fields, {.text = "architecture: {n_layers: 2, n_embd: 16, n_head: 2, block_size: 8, "
                                "vocab_size: 32, intermediate_size: 24, dtype: {activation: "
                                "float32}}",
                        .overrides = {}});
  return config;
}

inline Mixture only(const std::string& name) {
  return {{.name = name, .rate = 1.0, .style = DatasetStyle::PMD, .suffix = ""}};
}

}  // namespace twofold::test
