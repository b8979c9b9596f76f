#pragma once
// Rows of different lengths, appended in one order and taken in another, on disk: a source may have
// more rows than fit into memory.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "data/tokenize/encode.h"
#include "data/tokenize/resumable_output.h"

namespace twofold {

/// Appends to two files of an output: the rows, and where each of them ends.
class RowSpool {
 public:
  RowSpool(ResumableOutput& output, size_t rows_file, size_t index_file);
  void append(const Encoded& row);
  void append_nothing();  ///< in place of a row that is left out

 private:
  void append_end(bool left_out);
  ResumableOutput& output_;
  size_t rows_file_, index_file_;
  uint64_t end_;
};

/// Reads the rows back once they are written to disk.
class SpooledRows {
 public:
  SpooledRows(const ResumableOutput& output, size_t rows_file, size_t index_file);
  /// The row that was appended as number `number`; none if nothing was.
  std::optional<Encoded> row(int64_t number) const;

 private:
  Path rows_path_, index_path_;
  Descriptor rows_, index_;
};

}  // namespace twofold
