#pragma once
// The config that a checkpoint was saved with.

#include "checkpoint/store.h"
#include "run/run_config.h"

namespace twofold {

/// Reads and fills it. Throws an Error if it is not the config of a job that trains.
RunConfig saved_config(const CheckpointInfo& checkpoint);

}  // namespace twofold
