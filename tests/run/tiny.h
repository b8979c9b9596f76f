#pragma once
// What the tests of this layer share: a model, plans and settings of the smallest size.

#include "run/plan/run_plan.h"
#include "model/config.h"
#include "model/families/registry.h"

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

inline StageConfig stage(int64_t tokens, const Mixture& mixture, const std::string& phase = "pre") {
  return {tokens, mixture, "training/" + phase + "_lora_tokens/0",
          "training/" + phase + "_lora_dataset/0"};
}

/// Steps of 4 rows of 8 tokens.
inline RunPlan tiny_plan(const std::vector<PhaseStages>& phases) {
  const std::unique_ptr<ModelConfig> config = tiny_llama();
  const std::unique_ptr<Model> model = config->build();
  return make_plan({.batch_size = 4}, *config, *model, phases, {.parameters = 10});
}

}  // namespace twofold::test
