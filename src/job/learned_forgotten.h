#pragma once
// What a run shows at its end: what was learned and what was forgotten, and how the text sounds.

#include "job/training_run.h"

namespace twofold {

/// Loss of every dataset at each turning point of the run; empty without validation.
Table learned_forgotten(const RunState& progress);

/// Samples of text from the run's weights: phase 2 with the adapters off and on.
Table samples(TrainingRun& run);

}  // namespace twofold
