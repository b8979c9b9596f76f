#pragma once
// Trains on several tasks in turn: all parameters, then adapters where the job has a phase 2.

#include "run/base_trainer.h"

namespace twofold {

class ContinualTrainer : public BaseTrainer {
 public:
  using BaseTrainer::BaseTrainer;

 protected:
  std::vector<Phase> phases() const override { return tasks_in_turn(config()); }
};

}  // namespace twofold
