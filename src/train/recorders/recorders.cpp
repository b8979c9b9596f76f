#include "base/folders.h"
#include "train/recorders/log_file.h"
#include "train/recorders/metrics.h"
#include "train/recorders/row_losses.h"
#include "train/recorders/timing.h"

namespace twofold {
namespace {

std::vector<MakeRecorder>& added() {
  static std::vector<MakeRecorder> makers;
  return makers;
}

}  // namespace

void add_recorder(MakeRecorder make) { added().push_back(std::move(make)); }

std::vector<std::unique_ptr<Recorder>> make_recorders(const Path& results, bool row_losses) {
  make_folders(results);
  std::vector<std::unique_ptr<Recorder>> recorders;
  recorders.push_back(std::make_unique<LogFile>(results / "log.txt"));
  recorders.push_back(std::make_unique<Metrics>(results / "metrics.jsonl"));
  recorders.push_back(std::make_unique<Timing>(results / "timing.jsonl"));
  if (row_losses) recorders.push_back(std::make_unique<RowLosses>(results / kRowLossesFile));
  for (const MakeRecorder& make : added()) recorders.push_back(make(results));
  return recorders;
}

}  // namespace twofold
