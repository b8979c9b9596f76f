#pragma once
// timing.jsonl: what differs from one run to the next, and from machine to machine.

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
