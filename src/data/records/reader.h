#pragma once
// The records of a source, one after the other.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "data/records/file_reader.h"
#include "data/records/source.h"

namespace twofold::records {

/// Where the next record is looked for; {0, 0, 1} is the start.
struct Cursor {
  int64_t file = 0, offset = 0, line = 1;
};

class Reader {
 public:
  /// `start`: a cursor() of an earlier reader of the same files. Going there costs nothing where
  /// a file is not compressed.
  explicit Reader(const std::vector<SourceFile>& files, const Cursor& start = {});

  /// Replaces `record`; false at the end.
  bool next(Record& record);
  Cursor cursor() const;
  double fraction() const;  ///< of the bytes of all files that were read, 0 … 1

 private:
  const std::vector<SourceFile>& files_;
  int64_t file_;
  std::unique_ptr<FileReader> reader_;  // null before a file is begun
  int64_t bytes_ = 0, before_ = 0;      // of all files; of those that are read
};

/// "file:line", or "file, row 3" in a table of Parquet.
std::string where(const SourceFile& file, const Record& record);

/// A document, or the fields of an object in the order in which they are written. Throws an Error
/// with its place for what is not UTF-8, for bad JSON, and for a fault of the record.
using Content = std::variant<std::string, nlohmann::ordered_json>;
Content content_of(const SourceFile& file, const Record& record);
/// The same with U+FFFD in place of what is not UTF-8, and of half a surrogate pair in JSON.
Content repaired_content_of(const SourceFile& file, const Record& record);

}  // namespace twofold::records
