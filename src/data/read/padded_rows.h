#pragma once
// The files of a PADDED folder, row by row: what PADDED and PACKED datasets are made of.

#include <span>

#include "data/read/dataset.h"
#include "data/read/dataset_folder.h"
#include "data/read/token_file.h"

namespace twofold {

/// Rows of W token ids, left-padded, with a mask of what is to be learned.
class PaddedRows {
 public:
  /// Throws an Error for rows of W < `width`, a shape.json that contradicts the files, a pad token
  /// outside the vocabulary, and what TokenFile and MaskFile refuse.
  PaddedRows(const Path& folder, Split split, int64_t width, int64_t vocab_size);

  struct Row {
    std::span<const int32_t> ids;
    std::span<const uint8_t> mask;
    int64_t padding = 0;  ///< columns of pad tokens with mask 0 that the row starts with
  };
  Row row(int64_t index) const;
  /// Writes column `input` of the row as a token into `cell` of the batch, and the column behind it
  /// as the label: −1 where its mask is 0.
  static void put(const Row& row, int64_t input, Batch& batch, size_t cell);

  int64_t rows() const { return shape_.rows; }
  int64_t width() const { return shape_.width; }  ///< W
  int32_t pad() const { return pad_; }
  const Path& path() const { return tokens_.path(); }

 private:
  Shape shape_;
  int32_t pad_;
  TokenFile tokens_;
  MaskFile mask_;
};

}  // namespace twofold
