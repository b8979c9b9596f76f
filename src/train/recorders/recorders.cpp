#include "base/folders.h"
#include "train/recorders/csv_log.h"
#include "train/recorders/log_file.h"
#include "train/recorders/log_follower.h"
#include "train/recorders/metrics.h"
#include "train/recorders/row_losses.h"
#include "train/recorders/samples.h"
#include "train/recorders/tensorboard.h"
#include "train/recorders/timing.h"
#include "train/recorders/trackio.h"
#include "train/recorders/wandb.h"

namespace twofold {
namespace {

std::vector<MakeRecorder>& added() {
  static std::vector<MakeRecorder> makers;
  return makers;
}

}  // namespace

void add_recorder(MakeRecorder make) { added().push_back(std::move(make)); }

std::vector<std::unique_ptr<Recorder>> make_recorders(
    const RecordedRun& run, const RecorderChoice& choice,
    const std::function<void(const std::string&)>& warn) {
  const Path& results = run.results;
  make_folders(results);
  std::vector<std::unique_ptr<Recorder>> recorders;
  recorders.push_back(std::make_unique<LogFile>(results / "log.txt"));
  recorders.push_back(std::make_unique<Metrics>(results / "metrics.jsonl"));
  recorders.push_back(std::make_unique<Timing>(results / "timing.jsonl"));
  recorders.push_back(std::make_unique<SamplesFile>(results / "samples.jsonl"));
  if (choice.row_losses) {
    recorders.push_back(std::make_unique<RowLosses>(results / kRowLossesFile));
  }
  const auto follow = [&](std::unique_ptr<LogWriter> writer) {
    recorders.push_back(
        std::make_unique<LogFollower>(std::move(writer), results / "metrics.jsonl", warn));
  };
  if (choice.tensorboard) follow(std::make_unique<TensorBoard>(run));
  if (choice.trackio) follow(std::make_unique<Trackio>(run));
  if (choice.wandb) follow(std::make_unique<Wandb>(run));
  if (choice.csv) follow(std::make_unique<CsvLog>(run));
  for (const MakeRecorder& make : added()) recorders.push_back(make(results));
  return recorders;
}

}  // namespace twofold
