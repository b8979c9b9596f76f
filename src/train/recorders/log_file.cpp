#include "train/recorders/log_file.h"

#include <fmt/chrono.h>

#include <cerrno>
#include <chrono>
#include <system_error>

#include "base/error.h"
#include "twofold/render.h"

namespace twofold {

LogFile::LogFile(const Path& file) : file_(file, std::ios::app) {
  if (file_) return;
  fail({.what = "cannot write the log",
        .where = file.string(),
        .expected = "a file that can be written",
        .found = std::generic_category().message(errno),
        .hint = "move away what is there, or give it to this user"});
}

void LogFile::line(char level, const std::string& text) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  file_ << fmt::format("{:%Y-%m-%d %H:%M:%S} {} {}\n", fmt::localtime(now), level, text);
  file_.flush();
}

void LogFile::table(const Table& table) { line('I', render(table)); }

void LogFile::message(Severity severity, const std::string& text) {
  line(severity == Severity::kWarning ? 'W' : 'I', text);
}

void LogFile::banner(const std::string& text) { line('I', text); }

void LogFile::step(const StepReport& report) {
  if (report.line_due) line('I', render(report));
}

void LogFile::validation(const ValidationReport& report) { line('I', render(report)); }

}  // namespace twofold
