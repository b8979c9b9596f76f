#include "run/run_config.h"

#include "run/reference_keys.h"

namespace twofold {
void RunConfig::declare(config::Fields& fields) {
  model->declare(fields);
  optimizer.declare(fields);
  schedule.declare(fields);
  if (adapts) lora.declare(fields);
  if (continual) {
    continual->declare(fields, adapts);
  } else if (adapts) {
    stages.declare(fields);
  } else {
    stages.BaseTrainerConfig::declare(fields);
  }
  trainer.declare(fields);
  if (adapts) update_log.declare(fields);
  evaluation.declare(fields);
  off.declare(fields);
  tokenizer.declare(fields);
  data.declare_reading(fields);
  data.declare_rows(fields);
  declare_absent(fields, continual.has_value());
}

std::vector<StageMixture> RunConfig::mixtures() const {
  if (continual) return continual->mixtures(adapts);
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
