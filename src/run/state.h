#pragma once
// The one object that is a run: model, adapters, optimizer and where it stands. Saved and restored
// whole; the switch between the phases is a function on it.

#include <memory>

#include "checkpoint/store.h"
#include "lora/lora.h"
#include "model/config.h"
#include "model/hf/hugging_face.h"
#include "model/model.h"
#include "optim/optimizer.h"
#include "train/run_state.h"

namespace twofold {

struct LoRATrainState {
  RunState progress = {};
  std::unique_ptr<Model> model = {};
  LoRAParams adapters = {};                ///< phase 2
  std::vector<double> adapter_rates = {};  ///< learning rate of each of their tensors / the phase's
  std::shared_ptr<AdapterDropout> dropout = {};  ///< null: none
  std::unique_ptr<Optimizer> optimizer = {};

  /// What the current phase trains: every parameter, or the adapters.
  std::vector<Trainable> trainables() const;
  /// Everything there is to save. Tensors alias live ones.
  Snapshot snapshot(const std::string& config_yaml) const;
};

/// A fresh phase-1 state: weights from config.weights (a Hugging Face folder) or drawn from `seed`.
/// Without `train_all` (a run that starts in phase 2) it has no optimizer and needs no gradients.
/// `fresh`: tokens that the folder's weights do not know. All of it lives on `device` (here and
/// below).
LoRATrainState start_state(const ModelConfig& config, const OptimizerConfig& optimizer,
                           uint64_t seed, bool train_all, const NewTokens& fresh = {},
                           at::Device device = host_device());

/// A checkpoint's weights and adapters without its optimizer: for export and generation. Which rows
/// of tables are trained is what the checkpoint says (here and in restore_state).
LoRATrainState restore_weights(const CheckpointInfo& checkpoint, const ModelConfig& config,
                               const LoRAConfig& lora, at::Device device = host_device());

/// The state a checkpoint holds, of whichever phase it says it is in. Throws an Error naming file
/// and tensor if it does not fit `config` (or, in phase 2, `lora`).
LoRATrainState restore_state(const CheckpointInfo& checkpoint, const ModelConfig& config,
                             const OptimizerConfig& optimizer, const LoRAConfig& lora,
                             at::Device device = host_device());

/// Adds lora.base_adapters to the weights, freezes them in lora.base_dtype and drops the phase-1
/// optimizer: the base that phase 2 builds on, without adapters yet.
void freeze_base(LoRATrainState& state, const ModelConfig& config, const LoRAConfig& lora);

/// The switch: freezes (if that has not been done), injects fresh adapters or attaches those of
/// lora.from_adapter, gives them a fresh optimizer, enters phase 2.
void transition_to_lora(LoRATrainState& state, const ModelConfig& config, const LoRAConfig& lora,
                        const OptimizerConfig& optimizer);

}  // namespace twofold
