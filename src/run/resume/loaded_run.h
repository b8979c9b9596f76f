#pragma once
// The weights of a finished or unfinished run, to be used by export and generation.

#include <memory>
#include <string>

#include "checkpoint/store.h"
#include "run/run_config.h"
#include "run/state.h"
#include "twofold/execution_spec.h"

namespace twofold {

struct LoadedRun {
  CheckpointInfo checkpoint;
  RunConfig config;                   ///< as the checkpoint has it
  std::unique_ptr<TrainState> state;  ///< without optimizer
  TokenizerConfig tokenizer;          ///< the config's, with the place where its files are now

  /// What a folder has besides weights: kept in the checkpoint, or what was still there.
  const FileTexts& files() const { return state->kept; }

  const ModelConfig& model_config() const { return *config.model; }
  /// The adapters; empty for a checkpoint that has none yet.
  const LoRAParams& adapters() const;
  /// The config's settings of adapters, with the rows that the checkpoint trains.
  LoRAConfig lora() const;
  /// The id of the first token of tokenizer/add_tokens; 0 if there are none.
  int64_t first_new_token() const;
};

/// Opens the newest valid checkpoint of the run, or `suffix`, on `device` (empty: where the run was
/// computed). An Error if there is no such checkpoint or no such device.
LoadedRun load_run(const ExecutionSpec& spec, const std::string& suffix, const std::string& device);

}  // namespace twofold
