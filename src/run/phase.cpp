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

namespace {

/// As a phase of tasks in turn.
Phase in_turn(Phase phase, bool reset_optimizer) {
  phase.boundaries.scored = true;
  phase.schedule.restart = reset_optimizer;
  return phase;
}

}  // namespace

std::vector<Phase> tasks_in_turn(const RunConfig& config) {
  const ContinualConfig& settings = *config.continual;
  Phase first, second;
  std::vector<Problem> problems;
  gather(problems, [&] {
    first = in_turn(pretrain(config, settings.stages(config.adapts)), settings.reset_optimizer);
    first.boundaries.fade = {.curve = settings.fade.curve, .steepness = settings.fade.steepness};
    first.boundaries.overlaps = settings.fade.overlaps(first.stages.size());
    for (size_t i = 0; i < first.boundaries.overlaps.size(); ++i) {
      first.boundaries.keys.push_back(settings.fade.key(i));
    }
  });
  gather(problems, [&] {
    if (!config.adapts) return;
    std::vector<StageConfig> stages = settings.post_stages();
    second = in_turn(config.trains_adapters() ? adapt(config, std::move(stages))
                                              : pretrain(config, std::move(stages)),
                     settings.reset_optimizer);
    second.control = !config.trains_adapters();
  });
  throw_problems(std::move(problems));
  if (!config.adapts) return numbered({std::move(first)});
  first.at_end = config.trains_adapters() ? AtEnd::kAdapt : AtEnd::kGoOn;
  return numbered({std::move(first), std::move(second)});
}

std::vector<Phase> phases_of(const RunConfig& config) {
  if (config.continual) return tasks_in_turn(config);
  return config.adapts ? pretraining_then_adapting(config) : pretraining(config);
}

}  // namespace twofold
