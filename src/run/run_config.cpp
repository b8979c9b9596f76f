#include "run/run_config.h"

#include "run/reference_keys.h"

namespace twofold {
namespace {

void declare_adapters(config::Fields& fields, RunConfig& config) {
  config.lora.declare(fields);
  config.stages.declare(fields);
  fields.absent("training/tokens",
                "each phase has its own: training/pre_lora_tokens and "
                "training/post_lora_tokens");
  fields.absent("training/dataset",
                "each phase has its own: training/pre_lora_dataset and "
                "training/post_lora_dataset");
}

}  // namespace

void RunConfig::declare(config::Fields& fields) {
  model->declare(fields);
  optimizer.declare(fields);
  schedule.declare(fields);
  if (adapts) {
    declare_adapters(fields, *this);
  } else {
    stages.BaseTrainerConfig::declare(fields);
  }
  trainer.declare(fields);
  tokenizer.declare(fields);
  declare_absent(fields);
}

std::vector<StageMixture> RunConfig::mixtures() const {
  return adapts ? stages.mixtures() : stages.BaseTrainerConfig::mixtures();
}

Mixture RunConfig::datasets() const {
  Mixture all;
  for (const StageMixture& stage : mixtures()) {
    all.insert(all.end(), stage.mixture.begin(), stage.mixture.end());
  }
  return all;
}

}  // namespace twofold
