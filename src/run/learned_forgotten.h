#pragma once
// What a run shows at its end: what was learned and what was forgotten, and how the text sounds.

#include "run/training_run.h"
#include "twofold/observer.h"

namespace twofold {

/// Loss of every dataset at each turning point of the run; no rows without validation.
/// `residual_base`: the adapters' start was taken out of the base (pissa, olora), and the table
/// says what that means for the column without adapters.
Table learned_forgotten(const RunState& progress, bool residual_base);

/// `count` samples of `tokens` tokens of the model as it is; in phase 2 with the adapters off and
/// on.
Table samples(LoRATrainState& state, const ModelConfig& config, const TokenizerConfig& tokenizer,
              int64_t count, int64_t tokens);

}  // namespace twofold
