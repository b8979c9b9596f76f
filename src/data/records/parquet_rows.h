#pragma once
// What the component that reads Parquet files (data/parquet) gives. It is a library of its own,
// loaded when the first such file is met, so that only those who have such files need Arrow.

#include <cstdint>
#include <string>
#include <vector>

namespace twofold::records {

class ParquetRows {
 public:
  virtual ~ParquetRows() = default;
  /// Replaces `rows` by the next ones, each a JSON object; by none at the end. False, with the
  /// reason in `error`, if they cannot be read.
  virtual bool next(std::vector<std::string>& rows, std::string& error) = 0;
};

/// The component's function: the rows of the file at `path` from row `first` (0: the first) on.
/// Null, with the reason in `error`, if it cannot be read.
using OpenParquet = ParquetRows*(const char* path, int64_t first, std::string& error);
inline constexpr const char* kOpenParquet = "twofold_open_parquet";
inline constexpr const char* kParquetLibrary = "libtwofold_parquet.so";

}  // namespace twofold::records
