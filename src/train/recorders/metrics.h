#pragma once
// metrics.jsonl: the part of a run's numbers that is reproducible, byte for byte.

#include <optional>

#include "train/recorders/jsonl_writer.h"
#include "train/recorders/recorder.h"

namespace twofold {

/// The line of a step, and of a validation.
nlohmann::ordered_json metrics_line(const StepReport& report);
nlohmann::ordered_json metrics_line(const ValidationReport& report);

class Metrics : public Recorder {
 public:
  explicit Metrics(Path file) : file_(std::move(file)) {}
  std::string begin(const RunState& state) override;
  void sync(RunState& state) override;
  void step(const StepReport& report) override;
  void validation(const ValidationReport& report) override;

 private:
  Path file_;
  std::optional<JsonlWriter> lines_;  ///< since begin()
};

}  // namespace twofold
