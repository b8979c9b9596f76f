#pragma once
// PMD: one stream of token ids, cut into windows that do not overlap.

#include <memory>

#include "data/read/dataset.h"

namespace twofold {

/// Window r holds tokens r·T … r·T + T − 1 and predicts those one further on; there are (len − 1) /
/// T of them. Documents in a window see each other. Throws an Error if the file is shorter than
/// one.
std::unique_ptr<Dataset> open_pmd(const Path& folder, Split split, int64_t width,
                                  int64_t vocab_size);

}  // namespace twofold
