#pragma once
// log.txt: what the terminal shows, as plain dated lines.

#include <fstream>

#include "train/recorders/recorder.h"

namespace twofold {

/// A line that cannot be written is no error: a full disk is reported when a checkpoint is saved.
class LogFile : public Recorder {
 public:
  explicit LogFile(const Path& file);
  void table(const Table& table) override;
  void message(Severity severity, const std::string& text) override;
  void banner(const std::string& text) override;
  void step(const StepReport& report) override;
  void validation(const ValidationReport& report) override;

 private:
  void line(char level, const std::string& text);
  std::ofstream file_;
};

}  // namespace twofold
