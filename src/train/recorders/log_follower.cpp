#include "train/recorders/log_follower.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "tensor/machine.h"
#include "train/recorders/metrics.h"

namespace twofold {
namespace {

/// What went wrong, on one line.
std::string reason_of(const std::exception& failure) {
  const auto* error = dynamic_cast<const Error*>(&failure);
  if (!error || error->problems().empty()) return failure.what();
  const Problem& problem = error->problems().front();
  const bool named = problem.what.find(problem.where) != std::string::npos;
  return fmt::format("{}{}{}", named ? "" : problem.where + ": ", problem.what,
                     problem.found.empty() ? "" : fmt::format(" ({})", problem.found));
}

/// Every whole line of a file; none if it is not there.
std::vector<std::string_view> lines_of(const MappedFile& file) {
  const std::span<const std::byte> bytes = file.bytes();
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<std::string_view> lines;
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

LogFollower::LogFollower(std::unique_ptr<LogWriter> writer, Path metrics,
                         std::function<void(const std::string&)> warn)
    : writer_(std::move(writer)), metrics_(std::move(metrics)), warn_(std::move(warn)) {}

void LogFollower::guarded(const std::function<void()>& part) {
  if (!open_) return;
  try {
    part();
  } catch (const std::exception& failure) {
    open_ = false;
    warn_(fmt::format(
        "{} cannot be written any more ({}); the run goes on without it, and fills in what is "
        "missing when it is continued",
        writer_->setting(), reason_of(failure)));
  }
}

std::string LogFollower::begin(const RunState&) {
  open_ = true;
  guarded([&] { catch_up(); });
  return {};
}

void LogFollower::catch_up() {
  const MappedFile file(metrics_);
  const std::vector<std::string_view> lines = lines_of(file);
  const int64_t had = writer_->open(std::ssize(lines));
  for (auto line = lines.begin() + had; line < lines.end(); ++line) {
    writer_->add(point_of(nlohmann::ordered_json::parse(*line)));
  }
}

void LogFollower::sync(RunState&) {
  guarded([&] { writer_->sync(); });
}

void LogFollower::step(const StepReport& report) {
  if (!report.line_due) return;
  guarded([&] {
    LogPoint point = point_of(metrics_line(report));
    const auto add = [&](const std::string& name, double value) {
      point.values.emplace_back(name, value);
    };
    add("system/tokens_per_s", report.tokens_per_s);
    if (report.peak_share > 0) add("system/peak_share", report.peak_share);
    add("system/rss_mib", static_cast<double>(current_rss_bytes()) / (1 << 20));
    for (const auto& [module, norm] : report.module_grad_norms) add("grad_norm/" + module, norm);
    writer_->add(point);
  });
}

void LogFollower::validation(const ValidationReport& report) {
  guarded([&] { writer_->add(point_of(metrics_line(report))); });
}

void LogFollower::samples(const SamplesReport& report) {
  guarded([&] {
    std::string which, text;
    const auto add = [&] {
      const std::string tag = which.empty() ? "samples" : "samples/" + which;
      if (!text.empty()) writer_->add_text(tag, text, report.step);
    };
    for (const auto& [state, sample] : report.texts) {
      if (state != which) {
        add();
        text.clear();
      }
      which = state;
      text += (text.empty() ? "" : "\n\n") + sample;
    }
    add();
  });
}

void LogFollower::finish() {
  guarded([&] { writer_->finish(); });
}

}  // namespace twofold
