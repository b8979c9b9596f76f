#pragma once
// How a run begins: from nothing, from where it was, or from another run's checkpoint.

#include <memory>
#include <string>

#include "checkpoint/store.h"
#include "run/plan/run_plan.h"
#include "run/state.h"
#include "twofold/execution_spec.h"
#include "twofold/observer.h"

namespace twofold {

/// What decides how a run may begin.
struct Beginning {
  RunConfig& config;  ///< compared with a checkpoint's
  const RunPlan& plan;
  NewTokens new_tokens;  ///< tokenizer/add_tokens
  at::Device device;     ///< that all of the run is computed on
  const ExecutionSpec& spec;
  Observer& observer;
};

/// From nothing, or from the weights of a Hugging Face folder.
std::unique_ptr<TrainState> start(const Beginning& beginning);

/// From a checkpoint of this run. Throws an Error with every setting that must not have changed,
/// and where the past would have been another.
std::unique_ptr<TrainState> resume(const Beginning& beginning, const CheckpointInfo& checkpoint);

/// From another run's checkpoint: goes on from its whole state, of whichever phase that is; or,
/// where nothing of its phase is to be trained, takes its weights as the base of the adapters. Of
/// its scores those stay that can stand beside this run's.
std::unique_ptr<TrainState> start_from(const Beginning& beginning,
                                       const CheckpointInfo& checkpoint);

}  // namespace twofold
