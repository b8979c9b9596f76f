#pragma once
// PMD: one stream of token ids, cut into windows that do not overlap.

#include <memory>

#include "data/read/dataset.h"

namespace twofold {

/// Window r holds the T = `width` tokens from r·T on; its labels are the tokens one further on.
/// There are ⌊(len − 1) / T⌋ windows. Attention reaches across the documents in a window. Throws an
/// Error if the file is too short for one window.
std::unique_ptr<Dataset> open_pmd(const Path& folder, Split split, int64_t width,
                                  int64_t vocab_size);

}  // namespace twofold
