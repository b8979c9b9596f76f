#pragma once

#include <memory>

#include "data/records/file_reader.h"

namespace twofold::records {

/// The rows of a Parquet table. A place's offset counts rows. Throws an Error that says how to get
/// it if the component is not there.
std::unique_ptr<FileReader> make_parquet_reader(const Path& path, const Place& start);

}  // namespace twofold::records
