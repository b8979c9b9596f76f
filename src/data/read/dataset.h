#pragma once
// A tokenised dataset on disk, seen as numbered rows of fixed width. Formats: docs/data.md.

#include <cstdint>
#include <memory>
#include <string>

#include "base/files.h"
#include "data/sampling.h"
#include "twofold/data/batch.h"

namespace twofold {

enum class Split { kTrain, kVal };

/// Rows of one split of one dataset. Rows are read from a mapping; any order costs the same.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t rows() const = 0;  ///< at least 1
  /// Share of the positions of all rows that are not padding. May read the whole split.
  virtual double filled() const { return 1; }
  /// Writes row `row` (tokens, labels, positions, first_key: `width` entries each) into `batch` at
  /// `slot`.
  virtual void read(int64_t row, Batch& batch, int64_t slot) const = 0;
};

/// Opens `<data_root>/<name>[_<suffix>]` for rows of `width` tokens. `vocab_size` bounds every id
/// (checked once over the whole split). Throws an Error naming the file for: a missing folder (with
/// near names) or file, a val split that the dataset does not have, a size that is not a multiple
/// of 4, tokens and mask of different length, a shape that contradicts the file, blocks longer than
/// the data, an id ≥ vocab_size (with its offset), and CONTRASTIVE data asked for by a trainer that
/// needs x and y.
std::unique_ptr<Dataset> open_dataset(const Path& data_root, const Sampling& sampling, Split split,
                                      int64_t width, int64_t vocab_size);

/// True if the dataset has a validation file of its own.
bool has_validation(const Path& data_root, const Sampling& sampling);

/// The same, and it is not too short for a row of `width` tokens and the label behind it.
bool has_validation_row(const Path& data_root, const Sampling& sampling, int64_t width);

}  // namespace twofold
