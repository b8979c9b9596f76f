#pragma once
// What a run shows at its end: what was learned, what was forgotten, and how its text reads.

#include <map>
#include <string>

#include "tokenizer/tokenizer.h"
#include "twofold/eval/milestone.h"
#include "twofold/model/model.h"
#include "twofold/observer.h"

namespace twofold {

/// From where to the end a run's change is taken (stats::changes_begin).
Milestone change_from(const MilestoneScores& scores);

/// Loss of every dataset at each milestone; no rows without validation. `verdicts`: of a dataset,
/// "learned", "forgotten" or "unchanged" since change_from(), if an interval says so.
/// `residual_base`: the adapters' initial product was subtracted from the base (pissa, olora), and
/// the table says what that means for the column without adapters.
Table learned_forgotten(const MilestoneScores& scores,
                        const std::map<std::string, std::string>& verdicts, bool residual_base);

struct SamplesRequest {
  int64_t count = 0, tokens = 0;  ///< samples, and tokens of each
  int64_t positions = 0;          ///< context of the model
};
/// Adds samples of the model in its present state to the table; `which` names that state there.
void add_samples(Table& table, Model& model, const Tokenizer& tokenizer,
                 const SamplesRequest& request, const std::string& which);

}  // namespace twofold
