#pragma once
// What keeps a run in files of its results folder: metrics, timings, the log. A recorder is an
// observer that follows the run's checkpoints. Another kind of log is one more file here and one
// line in recorders.cpp.

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
  /// The run goes on from where `state` stands: what was recorded beyond that is dropped. Told
  /// once, before the first step. Returns a warning, or nothing.
  virtual std::string begin(const RunState&) { return {}; }
  /// Puts on the disk what was told so far. Before each checkpoint: the state may note the place.
  virtual void sync(RunState&) {}
};

/// Those of every run, and those that a program has added.
std::vector<std::unique_ptr<Recorder>> make_recorders(const Path& results);

using MakeRecorder = std::function<std::unique_ptr<Recorder>(const Path& results)>;
/// Each run from here on makes one for itself.
void add_recorder(MakeRecorder make);

}  // namespace twofold
