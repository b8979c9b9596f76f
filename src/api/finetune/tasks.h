#pragma once
// What the adapters of a fine-tuning changed, on the tasks that its settings name.

#include "twofold/execution_spec.h"
#include "twofold/finetune.h"

namespace twofold {

/// Asks the model the tasks of eval/evaluations, without the adapters in `request.out` and with
/// them, and shows both scores and their difference. Does nothing where no task is named.
void score_tasks(const FinetuneRequest& request, const ExecutionSpec& spec, Observer& observer);

}  // namespace twofold
