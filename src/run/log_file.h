#pragma once
// log.txt of a run: what the terminal shows, as plain dated lines.

#include <memory>

#include "base/files.h"
#include "twofold/observer.h"

namespace spdlog {
class logger;
}

namespace twofold {

class LogFile : public Observer {
 public:
  explicit LogFile(const Path& file);
  ~LogFile() override;
  void table(const Table& table) override;
  void message(Severity severity, const std::string& text) override;
  void banner(const std::string& text) override;
  void step(const StepReport& report) override;
  void validation(const ValidationReport& report) override;

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace twofold
