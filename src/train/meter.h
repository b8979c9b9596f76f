#pragma once
// How fast a run goes: tokens per second over the last steps, and how long the rest will take.

#include <chrono>
#include <cstdint>
#include <deque>

namespace twofold {

class Meter {
 public:
  /// Call at the end of each step; `tokens` is what the step consumed.
  void step(int64_t tokens);
  /// Forgets the past: after a pause that was not training (validation, saving).
  void pause() { marks_.clear(); }
  double tokens_per_s() const;
  double seconds_for(int64_t tokens) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Mark {
    Clock::time_point time;
    int64_t tokens;  // consumed since the meter was made
  };
  std::deque<Mark> marks_;
  int64_t total_ = 0;
  double last_rate_ = 0;
};

}  // namespace twofold
