#pragma once
// A run is a list of phases. A phase says what it trains, on what, how, and what happens at its
// end.

#include <string>
#include <vector>

#include "run/run_config.h"

namespace twofold {

enum class Trained { kAllParameters, kAdapters };

enum class AtEnd {
  kFinish,  ///< the run is over, or the next phase goes on with the state as it is
  kAdapt,   ///< save pre_lora_checkpoint, freeze the weights, score them, inject adapters
};

struct Phase {
  int number = 1;  ///< place in the list, from 1: its name in checkpoints, logs and reports
  Trained trained = Trained::kAllParameters;
  std::vector<StageConfig> stages = {};  ///< none: nothing is trained, and `at_end` follows at once
  OptimizerConfig optimizer = {};
  ScheduleConfig schedule = {};
  AtEnd at_end = AtEnd::kFinish;

  bool trains_adapters() const { return trained == Trained::kAdapters; }
};

/// Trains every parameter.
Phase pretrain(const RunConfig& config, std::vector<StageConfig> stages);
/// Trains the adapters on frozen weights, with optimization/lora/lr as the learning rate if it is
/// set.
Phase adapt(const RunConfig& config, std::vector<StageConfig> stages);

/// The list of a .../train/pretrain job.
std::vector<Phase> pretraining(const RunConfig& config);
/// The list of a .../train/lora job. Without stages for phase 1, phase 2 adapts the weights that
/// the run begins with. Throws an Error if budgets and mixtures do not pair up, or phase 2 has
/// none.
std::vector<Phase> pretraining_then_adapting(const RunConfig& config);
/// The list of the config's own job.
std::vector<Phase> phases_of(const RunConfig& config);

}  // namespace twofold
