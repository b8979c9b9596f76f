#pragma once
// What the rows of a run's datasets teach, for people.

#include <vector>

#include "base/files.h"
#include "data/sampling.h"
#include "run/plan/data_rows.h"
#include "tokenizer/tokenizer.h"
#include "twofold/preview.h"

namespace twofold {

/// For each dataset of `mixture`: how many of its tokens are learnt, whether one that ends a turn
/// is, and what the job that made it counted (`data_root`/NAME/config.json).
Table learnt_table(const Path& data_root, const Mixture& mixture, const DataRows& rows);

/// The first `count` rows of each dataset that was made with the tokenizer, as far as is known.
std::vector<PreviewRow> first_rows(const Path& data_root, const Mixture& mixture,
                                   const DataRows& rows, const Tokenizer& tokenizer, size_t count);

}  // namespace twofold
