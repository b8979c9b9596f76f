#pragma once
// timing.jsonl: the numbers that differ between repetitions of a run and between machines.

#include <optional>

#include "train/recorders/jsonl_writer.h"
#include "train/recorders/recorder.h"

namespace twofold {

class Timing : public Recorder {
 public:
  explicit Timing(Path file) : file_(std::move(file)) {}
  std::string begin(const RunState& state) override;
  void sync(RunState& state) override;
  void step(const StepReport& report) override;

 private:
  Path file_;
  std::optional<JsonlWriter> lines_;  ///< since begin()
};

}  // namespace twofold
