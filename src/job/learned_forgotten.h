#pragma once
// What a run shows at its end: what was learned and what was forgotten, and how the text sounds.

#include "job/training_run.h"
#include "twofold/observer.h"

namespace twofold {

/// Loss of every dataset at each turning point of the run; no rows without validation.
Table learned_forgotten(const RunState& progress);

/// `count` samples of `tokens` tokens of the model as it is; in phase 2 with the adapters off and
/// on.
Table samples(LoRATrainState& state, const ModelConfig& config, const TokenizerConfig& tokenizer,
              int64_t count, int64_t tokens);

}  // namespace twofold
