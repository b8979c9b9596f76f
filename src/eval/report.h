#pragma once
// What a run shows at its end: what was learned, what was forgotten, and how its text reads.

#include "tokenizer/tokenizer.h"
#include "twofold/eval/milestone.h"
#include "twofold/model/model.h"
#include "twofold/observer.h"

namespace twofold {

/// Loss of every dataset at each milestone; no rows without validation. `residual_base`: the
/// adapters' initial product was subtracted from the base (pissa, olora), and the table says what
/// that means for the column without adapters.
Table learned_forgotten(const MilestoneScores& scores, bool residual_base);

struct SamplesRequest {
  int64_t count = 0, tokens = 0;  ///< samples, and tokens of each
  int64_t positions = 0;          ///< context of the model
};
/// Adds samples of the model in its present state to the table; `which` names that state there.
void add_samples(Table& table, Model& model, const Tokenizer& tokenizer,
                 const SamplesRequest& request, const std::string& which);

}  // namespace twofold
