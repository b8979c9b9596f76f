#pragma once
// A row of a batch, read as a text: its padding left out, what is learnt marked.

#include <cstdint>
#include <vector>

#include "twofold/data/batch.h"

namespace twofold {

/// The tokens of a row, without padding.
struct RowTokens {
  std::vector<int32_t> ids = {};
  std::vector<uint8_t> trained = {};  ///< of each: 1 if it is learnt
};

/// The tokens of row `row` in their order, and at the end of each document the token that its last
/// position predicts: the row itself does not hold it where documents are packed, nor at its end.
RowTokens row_tokens(const Batch& batch, int64_t row);

}  // namespace twofold
