#pragma once
// A run is a list of phases. A phase says what it trains, on what, how, and what happens at its
// end.

#include <string>
#include <vector>

#include "run/run_config.h"

namespace twofold {

enum class Trained { kAllParameters, kAdapters };

enum class AtEnd {
  kFinish,  ///< the run is over
  kAdapt,   ///< save pre_lora_checkpoint, freeze the weights, score them, inject adapters
  kGoOn,    ///< save pre_lora_checkpoint, train the same parameters with fresh moments
};

/// How the stages of a phase give way to each other.
struct Boundaries {
  /// Scored and saved, each as a task of its own (boundary.h).
  bool scored = false;
  Fade fade = {};                      ///< its lengths follow from the overlaps and the stages
  std::vector<double> overlaps = {};   ///< of each boundary; where the list ends: none
  std::vector<std::string> keys = {};  ///< the settings that they are from
};

struct Phase {
  int number = 1;  ///< place in the list, from 1: its name in checkpoints, logs and reports
  Trained trained = Trained::kAllParameters;
  std::vector<StageConfig> stages = {};  ///< none: nothing is trained, and `at_end` follows at once
  OptimizerConfig optimizer = {};
  ScheduleConfig schedule = {};
  Boundaries boundaries = {};
  AtEnd at_end = AtEnd::kFinish;
  bool control = false;  ///< trains everything where adapters would be (continual/control)

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
/// The list of a continual/train/… job: the stages are tasks in turn. Throws likewise.
std::vector<Phase> tasks_in_turn(const RunConfig& config);
/// The list of the config's own job.
std::vector<Phase> phases_of(const RunConfig& config);

}  // namespace twofold
