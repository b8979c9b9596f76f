#include "run/phase.h"

#include <utility>

#include "base/error.h"

namespace twofold {
namespace {

std::vector<Phase> numbered(std::vector<Phase> phases) {
  int number = 0;
  for (Phase& phase : phases) phase.number = ++number;
  return phases;
}

}  // namespace

Phase pretrain(const RunConfig& config, std::vector<StageConfig> stages) {
  return {.trained = Trained::kAllParameters,
          .stages = std::move(stages),
          .optimizer = config.optimizer,
          .schedule = config.schedule};
}

Phase adapt(const RunConfig& config, std::vector<StageConfig> stages) {
  Phase phase{.trained = Trained::kAdapters,
              .stages = std::move(stages),
              .optimizer = config.optimizer,
              .schedule = config.schedule};
  if (config.lora.lr >= 0) phase.schedule.lr = config.lora.lr;
  return phase;
}

std::vector<Phase> pretraining(const RunConfig& config) {
  return numbered({pretrain(config, config.stages.stages())});
}

std::vector<Phase> pretraining_then_adapting(const RunConfig& config) {
  Phase first, second;
  std::vector<Problem> problems;
  gather(problems, [&] { first = pretrain(config, config.stages.pre_stages()); });
  gather(problems, [&] { second = adapt(config, config.stages.post_stages()); });
  throw_problems(std::move(problems));
  first.at_end = AtEnd::kAdapt;
  return numbered({std::move(first), std::move(second)});
}

std::vector<Phase> phases_of(const RunConfig& config) {
  return config.adapts ? pretraining_then_adapting(config) : pretraining(config);
}

}  // namespace twofold
