#pragma once
// All that the config of a training job says, as one value. Filled from YAML; used by the trainers,
// by exports, by generation and by all code that reads a checkpoint.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/tokenize/tokenize.h"
#include "optim/schedule.h"
#include "run/config.h"
#include "run/continual_config.h"
#include "tokenizer/config.h"
#include "twofold/lora/lora.h"
#include "twofold/model/config.h"
#include "twofold/optim/optimizer.h"

namespace twofold {

struct RunConfig {
  std::string job = {};                     ///< "llama/train/lora"
  bool adapts = false;                      ///< whether the job has a phase that trains adapters
  std::unique_ptr<ModelConfig> model = {};  ///< never null
  TrainerConfig trainer = {};
  OptimizerConfig optimizer = {};
  ScheduleConfig schedule = {};
  TokenizerConfig tokenizer = {};
  /// How sources that mixtures name are read.
  TokenizeBlockwiseConfig data = TokenizeBlockwiseConfig::of_entries();
  LoRAConfig lora = {};                           ///< declared where the job adapts
  LoRATrainerConfig stages = {};                  ///< the stages of both phases, or of the one
  std::optional<ContinualConfig> continual = {};  ///< those of a continual job, instead
  UpdateLogConfig update_log = {};                ///< declared where the job has a phase 2
  EvaluationConfig evaluation = {};
  SwitchedOff off = {};

  /// Binds every setting of the job. `fields` must not outlive this value, nor be used after a move
  /// of it.
  void declare(config::Fields& fields);
  /// Whether phase 2 trains adapters: not if it is the control that trains everything.
  bool trains_adapters() const {
    return adapts && !(continual && continual->control == Control::kFull);
  }
  /// The mixture of every stage, in order.
  std::vector<StageMixture> mixtures() const;
  /// Every dataset of every stage, in order.
  Mixture datasets() const;
};

}  // namespace twofold
