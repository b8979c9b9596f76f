#pragma once
// PACKED: the documents of a PADDED folder, several in a row. No document sees another.

#include <memory>

#include "data/read/dataset.h"

namespace twofold {

/// Rows of `width` = T positions. A document is what PADDED reads of a row of the files (its last
/// T + 1 tokens at most), up to the last token that is to be learned; those in which nothing is to
/// be learned are left out. So the rows teach what the PADDED ones teach: where the first token of
/// a document is to be learned, a pad token that stands alone predicts it. Documents are put
/// together by exact_fit or best_fit, whichever takes fewer rows: the same files and width always
/// give the same rows. Positions count from 0 in each document, and first_key is where it begins.
/// Throws an Error for files that PADDED refuses, and if nothing is to be learned in any document.
std::unique_ptr<Dataset> open_packed(const Path& folder, Split split, int64_t width,
                                     int64_t vocab_size);

}  // namespace twofold
