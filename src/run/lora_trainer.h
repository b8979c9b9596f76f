#pragma once
// Both phases: trains all parameters (or is given weights), freezes them, injects adapters, trains
// only those.

#include "run/base_trainer.h"

namespace twofold {

class LoRATrainer : public BaseTrainer {
 public:
  using BaseTrainer::BaseTrainer;

  std::vector<std::string> resolve(const std::vector<std::string>& set_keys,
                                   config::Checks& checks) override;
  std::vector<StageMixture> mixtures() const override { return data_.mixtures(); }

 protected:
  void declare_stages(config::Fields& fields) override;
  std::vector<PhaseStages> phases() const override;
  AdapterPlan adapter_plan(const Model& model) const override;
  void check_names(config::Checks& checks) const override;
  std::vector<Table> more_tables() const override;
  void train(TrainingRun& run) override;
  void start_from(TrainingRun& run, const CheckpointInfo& checkpoint, const RunPlan& plan,
                  const std::string& config_yaml, Observer& observer) override;

 private:
  LoRATrainerConfig data_;
};

}  // namespace twofold
