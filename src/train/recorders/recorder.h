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
};

/// The recorders of every run, that of row_losses.bin if it is wanted, and those that a program has
/// added.
std::vector<std::unique_ptr<Recorder>> make_recorders(const Path& results, bool row_losses);

using MakeRecorder = std::function<std::unique_ptr<Recorder>(const Path& results)>;
/// Every run that begins after this call makes one with `make`.
void add_recorder(MakeRecorder make);

}  // namespace twofold
