#pragma once
// logging/trackio: a run in an SQLite database of Trackio, $TRACKIO_DIR/PROJECT.db or, without that
// variable, PROJECT.db beside metrics.jsonl. https://huggingface.co/docs/trackio/storage_schema

#include <optional>

#include "formats/sqlite.h"
#include "train/recorders/log_writer.h"
#include "train/recorders/recorder.h"

namespace twofold {

/// The file of the run's database.
Path trackio_database(const Path& results, const std::string& project);

class Trackio : public LogWriter {
 public:
  explicit Trackio(RecordedRun run);
  std::string setting() const override { return "logging/trackio"; }
  int64_t open(int64_t points) override;
  void add(const LogPoint& point) override;
  void add_text(const std::string& tag, const std::string& text, int64_t step) override;
  void sync() override;

 private:
  void write_config();
  /// A row of metrics; `row` tells it from every other one of the run.
  void insert(const std::string& row, int64_t step, double time, const std::string& values);

  RecordedRun run_;
  Path file_;
  std::string id_;  ///< of the run
  int64_t points_ = 0;
  std::optional<formats::Database> database_;  ///< since open()
};

}  // namespace twofold
