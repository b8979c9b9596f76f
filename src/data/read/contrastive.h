#pragma once
// Folders of style CONTRASTIVE: positive and negative rows in pairs. The format is that of
// `theseus`, the Python program whose formats twofold keeps; no trainer here takes it. A folder is
// read when a dataset is inspected, and validated before a trainer refuses it.

#include <cstdint>

#include "base/files.h"

namespace twofold {

struct ContrastiveShape {
  int64_t train_rows = 0, val_rows = 0, width = 0;
};

/// Reads and validates a folder; returns the rows of each split and their width in tokens.
ContrastiveShape validate_contrastive(const Path& folder, int64_t vocab_size);

}  // namespace twofold
