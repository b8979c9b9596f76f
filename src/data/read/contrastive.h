#pragma once
// Folders of style CONTRASTIVE: positive and negative rows in pairs. The format is the one of the
// Python program that twofold's data comes from; no trainer here takes it. It is read where a
// dataset is inspected, and checked before a trainer refuses it.

#include <cstdint>

#include "base/files.h"

namespace twofold {

struct ContrastiveShape {
  int64_t train_rows = 0, val_rows = 0, width = 0;
};

/// Reads and validates a folder; returns its rows per split.
ContrastiveShape validate_contrastive(const Path& folder, int64_t vocab_size);

}  // namespace twofold
