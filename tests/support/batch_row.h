#pragma once
// A batch of one row, written out.

#include <vector>

#include "twofold/data/batch.h"

namespace twofold::test {

inline Batch row_of(const std::vector<int32_t>& tokens, const std::vector<int32_t>& labels,
                    const std::vector<int32_t>& first_keys) {
  Batch batch(1, std::ssize(tokens));
  batch.tokens = tokens;
  batch.labels = labels;
  batch.first_key = first_keys;
  return batch;
}

}  // namespace twofold::test
