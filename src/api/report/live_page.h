#pragma once
// The page of runs that go on, made anew when they have, but never so often that it costs more than
// a small share of a core.

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "api/report/followed_run.h"
#include "twofold/execution_spec.h"

namespace twofold {

class LivePage {
 public:
  explicit LivePage(const std::vector<ExecutionSpec>& runs);

  /// Changes when the page does.
  std::string version();
  /// How far the runs are, for people.
  std::string progress();
  std::string html();

 private:
  using Clock = std::chrono::steady_clock;
  void update();

  std::mutex mutex_;
  std::vector<FollowedRun> runs_;
  std::vector<report::RunData> shown_;
  std::string version_, html_;
  Clock::time_point next_{};  ///< no update before
};

}  // namespace twofold
