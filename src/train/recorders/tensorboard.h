#pragma once
// logging/tensorboard: an event file of TensorBoard in tensorboard/. Its scalars are float32.
//
// A run that goes on continues the same file. An event of a step has the same length whenever it is
// written, so that a TensorBoard that reads along is not led astray.

#include <optional>

#include "train/recorders/log_writer.h"
#include "train/recorders/recorder.h"

namespace twofold {

class TensorBoard : public LogWriter {
 public:
  explicit TensorBoard(const RecordedRun& run)
      : folder_(run.results / "tensorboard"), config_(run.config) {}
  std::string setting() const override { return "logging/tensorboard"; }
  int64_t open(int64_t points) override;
  void add(const LogPoint& point) override;
  void add_text(const std::string& tag, const std::string& text, int64_t step) override;
  void sync() override;

 private:
  void append(const std::string& event);
  Path folder_, path_;
  std::string config_;
  std::optional<OutputFile> file_;  ///< since open()
};

}  // namespace twofold
