#pragma once
// What the data layer hands to training: plain integers, no tensors. Loss mask (labels), attention
// (first_key), positions and provenance are separate things; rows may hold several documents.

#include <cstdint>
#include <string>
#include <vector>

namespace twofold {

/// Where one row came from, so that an error can name it.
struct RowSource {
  std::string dataset = {};  ///< e.g. "shakespeare"
  int64_t row = 0;           ///< window (PMD) or row (PADDED) index within the split
  int64_t epoch = 0;
};

/// `rows` × `width` arrays, row-major.
struct Batch {
  Batch() = default;
  Batch(int64_t row_count, int64_t row_width);  ///< all entries zero, to be filled

  int64_t rows = 0;
  int64_t width = 0;
  std::vector<int32_t> tokens;
  std::vector<int32_t> labels;     ///< the token to predict; −1 = not supervised
  std::vector<int32_t> positions;  ///< for rotary / learned positions; padding is not counted
  /// Position t of a row may attend to keys first_key[t] … t of that row. Left padding, document
  /// boundaries and (min with a window, in the model) sliding windows are all such intervals.
  /// A padding position attends to itself alone.
  std::vector<int32_t> first_key;
  std::vector<RowSource> sources;  ///< one per row

  int64_t supervised() const;                     ///< number of labels that are not −1
  Batch slice(int64_t begin, int64_t end) const;  ///< rows begin … end − 1
};

}  // namespace twofold
