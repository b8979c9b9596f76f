#pragma once
// How the state of a run (<twofold/run/state.h>) begins from files: a model's folder, a checkpoint.

#include "checkpoint/store.h"
#include "model/hf/hugging_face.h"
#include "twofold/run/state.h"

namespace twofold {

/// The same as start_state of <twofold/run/state.h>, for a run with new tokens `fresh`, which
/// the weights of the folder do not know.
TrainState start_state(const ModelConfig& config, const OptimizerConfig& optimizer, uint64_t seed,
                       bool train_all, const NewTokens& fresh, at::Device device);

/// A checkpoint's weights and adapters without its optimizer: for export and generation. The
/// checkpoint decides which rows of tables are trained (here and in restore_state).
std::unique_ptr<TrainState> restore_weights(const CheckpointInfo& checkpoint,
                                            const ModelConfig& config, const LoRAConfig& lora,
                                            at::Device device);

/// The state a checkpoint holds, with adapters if it has them. Throws an Error naming file and
/// tensor if it does not fit `config` (or `lora`).
std::unique_ptr<TrainState> restore_state(const CheckpointInfo& checkpoint,
                                          const ModelConfig& config,
                                          const OptimizerConfig& optimizer, const LoRAConfig& lora,
                                          at::Device device);

}  // namespace twofold
