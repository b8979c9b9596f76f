#pragma once
// A recorder writes what a run does to a file in its results folder: metrics, timings, the log. It
// is an observer that follows the run's checkpoints. Another kind of log is one more file here and
// one line in recorders.cpp.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "twofold/observer.h"
#include "twofold/train/run_state.h"

namespace twofold {

class Recorder : public Observer {
 public:
  /// The run continues from `state`: drops what was recorded beyond that point. Called once, before
  /// the first step. Returns a warning, or an empty text.
  virtual std::string begin(const RunState&) { return {}; }
  /// Syncs what has been recorded so far to disk. Called before each checkpoint; the recorder may
  /// note its position in the state.
  virtual void sync(RunState&) {}
  /// The run is over, and all has been reported. A run that was interrupted has no such moment.
  virtual void finish() {}
};

/// The run that is recorded.
struct RecordedRun {
  Path results = {};  ///< its folder
  std::string name = {}, project = {}, group = {};
  std::string config = {};    ///< the resolved settings, as YAML
  std::string settings = {};  ///< the same as a JSON object of sections
};

/// What is recorded beside metrics, timings and the log.
struct RecorderChoice {
  bool row_losses = false;
  bool tensorboard = false, trackio = false, wandb = false, csv = false;  ///< logging/*
  /// Whether one of the logs is written that show more than metrics.jsonl has.
  bool any_log() const { return tensorboard || trackio || wandb || csv; }
};

/// The recorders of every run, the chosen ones, and those that a program has added. `warn` is told,
/// while the run goes on, that a log can no longer be written.
std::vector<std::unique_ptr<Recorder>> make_recorders(
    const RecordedRun& run, const RecorderChoice& choice,
    const std::function<void(const std::string&)>& warn);

using MakeRecorder = std::function<std::unique_ptr<Recorder>(const Path& results)>;
/// Every run that begins after this call makes one with `make`.
void add_recorder(MakeRecorder make);

}  // namespace twofold
