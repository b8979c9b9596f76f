#pragma once
// PMD: one stream of token ids, cut into windows that do not overlap.

#include <memory>

#include "data/read/dataset.h"

namespace twofold {

/// Window r holds the T = `width` tokens from r·T on; its labels are the tokens one further on.
/// There are ⌊(len − 1) / T⌋ windows. Of joined documents, each sees those before it in its window.
/// Where they are separate, attention and positions begin anew with each: with the end-of-text id
/// in front of it, from which its first token is predicted; or, in texts with special tokens around
/// them (tokenizer/add_special), behind that id, from which nothing is then. Throws an Error if the
/// file is too short for one window, or documents are to be separate and the folder's config.json
/// does not name the end-of-text id.
std::unique_ptr<Dataset> open_pmd(const Path& folder, Split split, int64_t width,
                                  int64_t vocab_size,
                                  DocumentsInRow documents = DocumentsInRow::kJoined);

/// Whether the split, which is there, is long enough for one window.
bool has_pmd_row(const Path& folder, Split split, int64_t width);

}  // namespace twofold
