#pragma once
// Rows of an Arrow table as JSON objects.

#include <cstdint>
#include <string>
#include <vector>

namespace arrow {
class RecordBatch;
}

namespace twofold::parquet {

/// Appends the rows of `batch` to `rows`, but for the first `skip` of them, and counts `skip` down
/// by as many as were skipped. Texts are copied as they are, UTF-8 or not. What JSON has no word
/// for (dates, decimals) is written as a text.
void append_rows(const arrow::RecordBatch& batch, int64_t& skip, std::vector<std::string>& rows);

}  // namespace twofold::parquet
