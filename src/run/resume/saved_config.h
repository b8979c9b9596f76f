#pragma once
// Configs that runs have written.

#include "checkpoint/store.h"
#include "run/run_config.h"

namespace twofold {

/// The config in a file. Throws an Error if it is not one of a job that trains.
RunConfig read_run_config(const Path& file);

/// The config that the checkpoint was saved with; throws likewise.
RunConfig saved_config(const CheckpointInfo& checkpoint);

}  // namespace twofold
