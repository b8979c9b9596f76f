#pragma once
// A finished or running run's weights, for whoever wants to use them: export, generation.

#include "run/base_trainer.h"

namespace twofold {

struct LoadedRun {
  CheckpointInfo checkpoint;
  std::unique_ptr<Job> job;  ///< configured as the checkpoint was; owns the settings
  LoRATrainState state;      ///< without optimizer

  const BaseTrainer& trainer() const;
  /// The trainer's, with the rows that the checkpoint trains.
  LoRAConfig lora() const;
  /// The id of the first token of tokenizer/add_tokens; 0 if there are none.
  int64_t first_new_token() const;
};

/// Opens the newest valid checkpoint of the run, or `suffix`. An Error if there is none.
LoadedRun load_run(const ExecutionSpec& spec, const std::string& suffix);

/// The job that a checkpoint's stored config describes, settings filled.
std::unique_ptr<Job> job_of_checkpoint(const CheckpointInfo& checkpoint);

}  // namespace twofold
