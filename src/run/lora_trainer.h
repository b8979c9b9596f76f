#pragma once
// Trains all parameters (or is given weights), freezes them, injects adapters, trains only those.

#include "run/base_trainer.h"

namespace twofold {

class LoRATrainer : public BaseTrainer {
 public:
  using BaseTrainer::BaseTrainer;

 protected:
  std::vector<Phase> phases() const override { return pretraining_then_adapting(config()); }
};

}  // namespace twofold
