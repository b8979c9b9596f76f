// The component that reads Parquet files: Arrow behind data/records/parquet_rows.h. It links
// nothing of twofold.

#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "data/parquet/json_rows.h"
#include "data/records/parquet_rows.h"

namespace twofold::parquet {
namespace {

constexpr int64_t kBatchRows = 256;
constexpr int64_t kBuffer = int64_t{1} << 20;

class Rows : public records::ParquetRows {
 public:
  Rows(const std::string& path, int64_t first) {
    ::parquet::ReaderProperties properties(arrow::default_memory_pool());
    properties.enable_buffered_stream();  // else whole columns of a row group are in memory
    properties.set_buffer_size(kBuffer);
    ::parquet::ArrowReaderProperties arrow_properties;
    arrow_properties.set_batch_size(kBatchRows);
    arrow_properties.set_pre_buffer(false);
    ::parquet::arrow::FileReaderBuilder builder;
    check(builder.OpenFile(path, /*memory_map=*/false, properties));
    builder.properties(arrow_properties);
    check(builder.Build(&file_));
    file_->set_use_threads(false);
    std::vector<int> groups = groups_from(first);
    auto reader = file_->GetRecordBatchReader(groups);
    check(reader.status());
    batches_ = std::move(*reader);
  }

  bool next(std::vector<std::string>& rows, std::string& error) override {
    rows.clear();
    try {
      while (rows.empty() && read_batch()) append_rows(*batch_, skip_, rows);
      return true;
    } catch (const std::exception& failure) {
      error = failure.what();
      return false;
    }
  }

 private:
  static void check(const arrow::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.message());
  }

  /// The row groups from the one on that holds row `first`; rows in front of it are skipped.
  std::vector<int> groups_from(int64_t first) {
    const auto metadata = file_->parquet_reader()->metadata();
    std::vector<int> groups;
    for (int group = 0; group < metadata->num_row_groups(); ++group) {
      const int64_t rows = metadata->RowGroup(group)->num_rows();
      if (first >= rows) {
        first -= rows;
      } else {
        if (groups.empty()) skip_ = first;
        first = 0;
        groups.push_back(group);
      }
    }
    return groups;
  }

  bool read_batch() {
    check(batches_->ReadNext(&batch_));
    return batch_ != nullptr;
  }

  std::unique_ptr<::parquet::arrow::FileReader> file_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t skip_ = 0;
};

}  // namespace
}  // namespace twofold::parquet

extern "C" twofold::records::ParquetRows* twofold_open_parquet(const char* path, int64_t first,
                                                               std::string& error) {
  try {
    return new twofold::parquet::Rows(path, first);
  } catch (const std::exception& failure) {
    error = failure.what();
    return nullptr;
  }
}
