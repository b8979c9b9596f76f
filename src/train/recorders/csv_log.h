#pragma once
// logging/csv: metrics.csv, a row a point and a column a number. A number that appears late gets a
// column behind the others; then the file is written anew.

#include <map>
#include <optional>

#include "train/recorders/log_writer.h"
#include "train/recorders/recorder.h"

namespace twofold {

class CsvLog : public LogWriter {
 public:
  explicit CsvLog(const RecordedRun& run) : path_(run.results / "metrics.csv") {}
  std::string setting() const override { return "logging/csv"; }
  int64_t open(int64_t points) override;
  void add(const LogPoint& point) override;
  void sync() override;

 private:
  void widen(const std::vector<std::string>& more);
  Path path_;
  std::map<std::string, size_t> columns_;  ///< name -> place
  std::optional<OutputFile> file_;         ///< since open()
};

}  // namespace twofold
