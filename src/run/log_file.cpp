#include "run/log_file.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "base/error.h"
#include "twofold/render.h"

namespace twofold {

namespace {

spdlog::sink_ptr open_sink(const Path& file) {
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
  } catch (const spdlog::spdlog_ex& fault) {
    fail({.what = "cannot write the log",
          .where = file.string(),
          .expected = "a file that can be written",
          .found = fault.what(),
          .hint = "move away what is there, or give it to this user"});
  }
}

}  // namespace

LogFile::LogFile(const Path& file)
    : logger_(std::make_shared<spdlog::logger>("run", open_sink(file))) {
  logger_->set_pattern("%Y-%m-%d %H:%M:%S %^%L%$ %v");
  logger_->flush_on(spdlog::level::info);
}

LogFile::~LogFile() = default;

void LogFile::table(const Table& table) { logger_->info("{}", render(table)); }

void LogFile::message(Severity severity, const std::string& text) {
  logger_->log(severity == Severity::kWarning ? spdlog::level::warn : spdlog::level::info, "{}",
               text);
}

void LogFile::banner(const std::string& text) { logger_->info("{}", text); }

void LogFile::step(const StepReport& report) {
  // The first step of a phase shows that it runs; after that a line every so often is enough.
  constexpr int64_t kEvery = 10;
  if (report.step % kEvery == 1) logger_->info("{}", render(report));
}

void LogFile::validation(const ValidationReport& report) { logger_->info("{}", render(report)); }

}  // namespace twofold
