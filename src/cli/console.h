#pragma once
// A run on a terminal: one progress line that is rewritten in place, everything else above it.
// Where the output is not a terminal, plain lines, and a progress line only now and then. If the
// output fails (a closed pipe, a full disk, a terminal that is gone), the work continues.

#include <twofold/observer.h>

#include <chrono>
#include <cstdio>
#include <string>

class Console : public twofold::Observer {
 public:
  explicit Console(std::FILE* out);
  ~Console() override;

  void table(const twofold::Table& table) override;
  void message(twofold::Severity severity, const std::string& text) override;
  void banner(const std::string& text) override;
  void step(const twofold::StepReport& report) override;
  void validation(const twofold::ValidationReport& report) override;
  void work(const twofold::WorkReport& report) override;

 private:
  using Clock = std::chrono::steady_clock;
  void put(const std::string& text);
  void line(const std::string& text);      // a lasting line
  void progress(const std::string& text);  // the line that is rewritten
  bool too_soon(double seconds);

  std::FILE* out_;
  bool terminal_;
  bool progress_shown_ = false;
  Clock::time_point last_progress_{};
};
