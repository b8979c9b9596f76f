#pragma once
// PADDED: rows of equal width, left-padded, with a mask of what is to be learned.

#include <memory>

#include "data/read/dataset.h"

namespace twofold {

/// Rows of `width` = T tokens out of rows of W ≥ T on disk: the last T + 1 columns, or all of W = T
/// with one column of padding put before them. Columns 0 … T − 1 are the tokens and 1 … T the
/// labels, −1 where the mask is 0. Only the pad tokens with mask 0 at the start of a row are
/// padding: a masked prompt is attended to. Throws an Error for files that PaddedRows refuses.
std::unique_ptr<Dataset> open_padded(const Path& folder, Split split, int64_t width,
                                     int64_t vocab_size);

}  // namespace twofold
