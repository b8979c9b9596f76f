#pragma once
// How a run begins: from nothing, from where it was, or from another run's checkpoint.

#include <memory>
#include <string>

#include "checkpoint/store.h"
#include "ops/matmul.h"
#include "run/plan/run_plan.h"
#include "run/state.h"
#include "twofold/execution_spec.h"
#include "twofold/observer.h"

namespace twofold {

/// What decides how a run may begin.
struct Beginning {
  RunConfig& config;  ///< compared with a checkpoint's
  const RunPlan& plan;
  NewTokens new_tokens;           ///< tokenizer/add_tokens
  at::Device device;              ///< the one that the run computes on
  ops::Bfloat16Choice& products;  ///< how the run computes bfloat16 products
  const ExecutionSpec& spec;
  Observer& observer;
};

/// From nothing, or from the weights of a Hugging Face folder.
std::unique_ptr<TrainState> start(const Beginning& beginning);

/// From a checkpoint of this run. Throws an Error with every setting that must not have changed but
/// has, and if the new settings would have changed what has been trained already.
std::unique_ptr<TrainState> resume(const Beginning& beginning, const CheckpointInfo& checkpoint);

/// From another run's checkpoint. If this run trains adapters only and the checkpoint has none,
/// takes the checkpoint's weights as the base of the adapters. Otherwise continues from its whole
/// state, in whichever phase that is, and keeps those of its scores that can be compared with this
/// run's.
std::unique_ptr<TrainState> start_from(const Beginning& beginning,
                                       const CheckpointInfo& checkpoint);

}  // namespace twofold
