#pragma once
// The state of a run in one object: model, optimizer and progress. It is saved and restored whole;
// the switch to adapters makes a LoRATrainState of it.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "twofold/lora/lora.h"
#include "twofold/model/config.h"
#include "twofold/model/model.h"
#include "twofold/optim/optimizer.h"
#include "twofold/train/run_state.h"

namespace twofold {

struct LoRATrainState;
struct Snapshot;  // what a checkpoint holds

/// The state while all parameters are trained, or before any are.
struct TrainState {
  RunState progress = {};
  std::unique_ptr<Model> model = {};
  std::unique_ptr<Optimizer> optimizer = {};
  /// Files that go into every checkpoint as they are, by name: what the run's users need besides.
  std::map<std::string, std::string> kept = {};
  /// What each item contributed to the scores of progress.boundaries, by "<label>/<task>".
  std::map<std::string, std::vector<double>> scored_items = {};

  TrainState() = default;
  TrainState(TrainState&&) noexcept = default;
  TrainState& operator=(TrainState&&) noexcept = default;
  virtual ~TrainState() = default;

  /// What is trained: every parameter.
  virtual std::vector<Trainable> trainables() const;
  /// Everything there is to save. Its tensors alias the live ones.
  Snapshot snapshot(const std::string& config_yaml) const;
  /// This state as one that has adapters, or null.
  virtual LoRATrainState* adapted() { return nullptr; }

 protected:
  virtual void add_tensors(Snapshot& snapshot) const;
};

/// The state while the base is frozen and adapters on it are trained.
struct LoRATrainState : TrainState {
  LoRAParams adapters = {};
  std::vector<double> adapter_rates = {};  ///< each tensor's learning rate / the phase's

  std::vector<Trainable> trainables() const override;  ///< the adapters
  LoRATrainState* adapted() override { return this; }

 protected:
  void add_tensors(Snapshot& snapshot) const override;
};

/// A fresh state: weights from config.weights (a Hugging Face folder) or drawn from `seed`. Without
/// `train_all` (a run that only trains adapters) it has no optimizer and needs no gradients. All of
/// it lives on `device`.
TrainState start_state(const ModelConfig& config, const OptimizerConfig& optimizer, uint64_t seed,
                       bool train_all, at::Device device);

/// Makes the base that adapters build on, without adapters yet: adds lora.base_adapters to the
/// weights, freezes the weights in lora.base_dtype and drops the optimizer.
void freeze_base(TrainState& state, const ModelConfig& config, const LoRAConfig& lora);

/// The switch: freezes (if that has not been done), injects fresh adapters or attaches those of
/// lora.from_adapter, gives them a fresh optimizer, enters the next phase.
LoRATrainState transition_to_lora(TrainState state, const ModelConfig& config,
                                  const LoRAConfig& lora, const OptimizerConfig& optimizer);

}  // namespace twofold
