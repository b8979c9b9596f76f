#include "cli/console.h"

#include <fmt/format.h>
#include <twofold/render.h>
#include <unistd.h>

#include <csignal>

namespace {

constexpr const char* kEraseLine = "\r\x1b[2K";
constexpr const char* kBold = "\x1b[1m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kPlain = "\x1b[0m";

std::string bar(double share, int width) {
  std::string text;
  const int full = static_cast<int>(share * width + 0.5);
  for (int i = 0; i < width; ++i) text += i < full ? "━" : "╌";
  return text;
}

}  // namespace

Console::Console(std::FILE* out) : out_(out), terminal_(isatty(fileno(out)) == 1) {
  std::signal(SIGPIPE, SIG_IGN);
}

Console::~Console() {
  if (progress_shown_) std::fputc('\n', out_);
}

void Console::put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out_);  // not fmt::print, which throws when that fails
  std::fflush(out_);
}

void Console::line(const std::string& text) {
  put((progress_shown_ ? kEraseLine : "") + text + "\n");
  progress_shown_ = false;
}

void Console::progress(const std::string& text) {
  put(terminal_ ? kEraseLine + text : text + "\n");
  progress_shown_ = terminal_;
}

bool Console::too_soon(double seconds) {
  const auto now = Clock::now();
  if (std::chrono::duration<double>(now - last_progress_).count() < seconds) return true;
  last_progress_ = now;
  return false;
}

void Console::table(const twofold::Table& table) {
  line(terminal_ ? fmt::format("{}{}", kBold, twofold::render(table))
                       .insert(std::string(kBold).size() + table.title.size(), kPlain)
                 : twofold::render(table));
}

void Console::message(twofold::Severity severity, const std::string& text) {
  const bool warning = severity == twofold::Severity::kWarning;
  if (warning && terminal_) {
    line(fmt::format("{}warning: {}{}", kYellow, text, kPlain));
  } else {
    line((warning ? "warning: " : "") + text);
  }
}

void Console::banner(const std::string& text) {
  const std::string rule(72, '=');
  line(fmt::format("{}\n{}\n{}", rule, text, rule));
}

void Console::step(const twofold::StepReport& report) {
  const bool last = report.step == report.total_steps;
  if (!last && too_soon(terminal_ ? 0.1 : 10)) return;
  const double share = static_cast<double>(report.step) / static_cast<double>(report.total_steps);
  progress(terminal_ ? bar(share, 24) + " " + twofold::render(report) : twofold::render(report));
}

void Console::validation(const twofold::ValidationReport& report) { line(twofold::render(report)); }

void Console::work(const twofold::WorkReport& report) {
  if (report.done >= 1 || too_soon(terminal_ ? 0.1 : 10)) return;
  progress(fmt::format("{} {:3.0f} % {} {}", terminal_ ? bar(report.done, 24) : "",
                       100 * report.done, report.what, report.detail));
}
