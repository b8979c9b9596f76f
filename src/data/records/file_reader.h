#pragma once
// The records of one file, one after the other.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "data/records/input.h"
#include "data/records/source.h"

namespace twofold::records {

/// A record as it stands in its file.
struct Record {
  std::string text = {};  ///< a document, or a JSON object
  bool is_json = false;
  int64_t file = 0;                   ///< index into the source's files
  int64_t line = 1;                   ///< where it begins; the number of a row of Parquet
  std::optional<int64_t> byte = {};   ///< of the unpacked file, where `text` is what stands there
  std::optional<Problem> fault = {};  ///< why there is no `text`
};

class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Replaces `record` but for its `file`; false at the end. Throws an Error with file:line for
  /// a fault that hides where the next record begins.
  virtual bool next(Record& record) = 0;
  virtual Place place() const = 0;    ///< behind the last record
  virtual int64_t taken() const = 0;  ///< bytes of the file that were read
};

/// `start`: a place() of an earlier reader of the same file. What is blank is no record. A text's
/// last line end is not part of a line or paragraph.
std::unique_ptr<FileReader> open_reader(const SourceFile& file, const Place& start = {});

}  // namespace twofold::records
