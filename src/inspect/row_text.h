#pragma once
// The text of a row that was trained on.

#include <string>

#include "tokenizer/tokenizer.h"
#include "twofold/data/batch.h"

namespace twofold {

/// Row `row` of the batch: what is read in it, without padding, and what the last position of each
/// document predicts. Without a tokenizer, or with one that does not have the ids, the ids
/// themselves.
std::string row_text(const Batch& batch, int64_t row, const Tokenizer* tokenizer);

}  // namespace twofold
