#pragma once
// Tells a log writer what a run does. A run that goes on finds its points there once each: what is
// behind the checkpoint is dropped, and what is missing (a writer that failed, or was switched on
// late) is taken from metrics.jsonl. A writer that fails is left alone until then.

#include <functional>
#include <memory>

#include "train/recorders/log_writer.h"
#include "train/recorders/recorder.h"

namespace twofold {

class LogFollower : public Recorder {
 public:
  /// `metrics`: metrics.jsonl, which begins, as all recorders, before this one. `warn` is told once
  /// that the writer fails.
  LogFollower(std::unique_ptr<LogWriter> writer, Path metrics,
              std::function<void(const std::string&)> warn);
  std::string begin(const RunState& state) override;
  void sync(RunState& state) override;
  void step(const StepReport& report) override;
  void validation(const ValidationReport& report) override;
  void samples(const SamplesReport& report) override;
  void finish() override;

 private:
  void catch_up();
  /// Does `part`, unless the writer has failed before.
  void guarded(const std::function<void()>& part);

  std::unique_ptr<LogWriter> writer_;
  Path metrics_;
  std::function<void(const std::string&)> warn_;
  bool open_ = false;  ///< since begin(), until the writer fails
};

}  // namespace twofold
