#pragma once
// Which rows made the loss of a step of a run: what `twofold why` shows.

#include <cstdint>
#include <string>
#include <vector>

#include "twofold/execution_spec.h"
#include "twofold/observer.h"

namespace twofold {

/// A row of a step.
struct RankedRow {
  std::string dataset = {};
  int64_t row = 0;  ///< of the dataset's training split, as its style numbers them
  int64_t epoch = 0;
  RowLoss loss = {};
  double share = 0;       ///< of the sum of the losses of all the step's rows
  std::string text = {};  ///< without padding; ids separated by spaces if there is no tokenizer
};

struct StepRows {
  int64_t step = 0;  ///< of the whole run, as in metrics.jsonl
  int phase = 1;
  double loss = 0;                   ///< of the step: the mean over its supervised tokens
  double before = 0;                 ///< median of the losses of up to 16 steps before it
  std::vector<RankedRow> rows = {};  ///< the largest share first
};

/// The rows of step `step`, or, if that is 0, of the step whose loss rises most above those before
/// it. Throws an Error if the run has not kept the losses of its rows, or not of that step, or if
/// the data are not those that it was trained on.
StepRows why(const ExecutionSpec& spec, int64_t step = 0);

/// For people: the first `most` rows.
Table table_of(const StepRows& step, size_t most = 10);
/// Everything, as one JSON object on one line.
std::string json_of(const StepRows& step);

}  // namespace twofold
