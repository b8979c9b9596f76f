#include "api/report/live_page.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <span>

#include "base/files.h"
#include "base/text.h"
#include "report/page.h"

namespace twofold {
namespace {

/// An update may cost this share of a core, the requests for it come on top.
constexpr double kShareOfCore = 0.002;
constexpr double kAtLeast = 2;  // seconds between updates

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

LivePage::LivePage(const std::vector<ExecutionSpec>& runs) : runs_(follow(runs)) {}

void LivePage::update() {
  if (Clock::now() < next_) return;
  const double begin = thread_seconds();
  bool any = version_.empty();
  for (FollowedRun& run : runs_) any |= run.refresh();
  if (any) {
    shown_.clear();
    for (FollowedRun& run : runs_) shown_.push_back(run.gather(/*with_rows=*/false));
    const std::string content = report::page_content(shown_);
    version_ = checksum_bytes(std::as_bytes(std::span(content)));
    html_ = report::page(report::page_title(shown_), content, version_);
  }
  const double pause = std::max(kAtLeast, (thread_seconds() - begin) / kShareOfCore);
  next_ = Clock::now() +
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(pause));
}

std::string LivePage::version() {
  const std::scoped_lock lock(mutex_);
  update();
  return version_;
}

std::string LivePage::html() {
  const std::scoped_lock lock(mutex_);
  update();
  return html_;
}

std::string LivePage::progress() {
  const std::scoped_lock lock(mutex_);
  std::string text;
  for (const report::RunData& run : shown_) {
    const std::string name = shown_.size() > 1 ? run.name + ": " : "";
    text += fmt::format("{}{}step {}{}", text.empty() ? "" : " · ", name,
                        with_thousands(run.last_step()), run.finished() ? ", finished" : "");
  }
  return text;
}

}  // namespace twofold
