#pragma once
// What the tests of this layer share: plans and settings of the smallest size.

#include "run/plan/run_plan.h"
#include "support/tiny_model.h"

namespace twofold::test {

inline StageConfig stage(int64_t tokens, const Mixture& mixture, const std::string& phase = "pre") {
  return {tokens, mixture, "training/" + phase + "_lora_tokens/0",
          "training/" + phase + "_lora_dataset/0"};
}

inline Phase phase_of(int number, const std::vector<StageConfig>& stages, Trained trained) {
  return {.number = number, .trained = trained, .stages = stages};
}

/// Phase 1 of `pre`, phase 2, which trains adapters, of `post`.
inline std::vector<Phase> two_phases(const std::vector<StageConfig>& pre,
                                     const std::vector<StageConfig>& post) {
  return {phase_of(1, pre, Trained::kAllParameters), phase_of(2, post, Trained::kAdapters)};
}

/// Steps of 4 rows of 8 tokens.
inline RunPlan tiny_plan(const std::vector<Phase>& phases) {
  const std::unique_ptr<ModelConfig> config = tiny_llama();
  const std::unique_ptr<Model> model = config->build();
  return make_plan({.batch_size = 4}, *config, *model, phases, {.parameters = 10});
}
inline RunPlan tiny_plan(const std::vector<StageConfig>& pre,
                         const std::vector<StageConfig>& post) {
  return tiny_plan(two_phases(pre, post));
}

}  // namespace twofold::test
