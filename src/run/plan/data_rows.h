#pragma once
// Opens the data of a run before anything else is made, to find what is wrong with it and how much
// there is.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/files.h"
#include "data/read/dataset.h"
#include "data/read/row_tokens.h"
#include "data/sampling.h"

namespace twofold {

struct SplitSize {
  int64_t rows = 0;   ///< none: still to be made of its source
  double filled = 1;  ///< share of their positions that are not padding
  /// Of some rows, all over the split: their tokens, and those that are learnt.
  int64_t looked_at = 0, tokens = 0, learnt = 0;
  std::vector<RowTokens> first = {};  ///< the first rows
  // Of the validation split, if it was asked for.
  int64_t validation_rows = 0;
  double validation_learnt = 0;  ///< tokens of a row that are learnt

  int64_t validation_tokens(int64_t most_rows) const {
    return static_cast<int64_t>(validation_learnt *
                                static_cast<double>(std::min(validation_rows, most_rows)));
  }
};

/// The row without its padding.
RowTokens tokens_of(const Dataset& dataset, int64_t number, int64_t width);

/// The training split of each dataset.
using DataRows = std::map<std::tuple<std::string, DatasetStyle, DocumentsInRow>, SplitSize>;

/// The key of a dataset in DataRows.
DataRows::key_type rows_key(const Sampling& sampling);

/// What a run asks of its datasets. The defaults accept any dataset: they are used where the
/// setting itself is faulty.
struct DataNeeds {
  int64_t width = 1;                            ///< tokens of a row
  int64_t vocab_size = int64_t{INT32_MAX} + 1;  ///< every id is below it
  bool validation = false;                      ///< the val splits as well
};

/// Opens every dataset of `mixture` that `rows` does not have yet, but for those that are still to
/// be made of their source. Throws one Error with all that
/// is wrong with them.
void open_data(const Path& data_root, const Mixture& mixture, const DataNeeds& needs,
               DataRows& rows);

}  // namespace twofold
