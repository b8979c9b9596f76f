#pragma once
// Rows of a text table (RFC 4180: CSV) as JSON objects of texts.

#include <memory>

#include "data/records/file_reader.h"

namespace twofold::records {

/// The first row of `path` names the columns; `separator` stands between cells.
std::unique_ptr<FileReader> make_table_reader(const Path& path, char separator, const Place& start);

}  // namespace twofold::records
