#include "train/meter.h"

namespace twofold {

void Meter::step(int64_t tokens) {
  constexpr size_t kWindow = 32;
  total_ += tokens;
  marks_.push_back({Clock::now(), total_});
  if (marks_.size() > kWindow) marks_.pop_front();
  if (marks_.size() >= 2) {
    const std::chrono::duration<double> elapsed = marks_.back().time - marks_.front().time;
    if (elapsed.count() > 0) {
      last_rate_ =
          static_cast<double>(marks_.back().tokens - marks_.front().tokens) / elapsed.count();
    }
  }
}

double Meter::tokens_per_s() const { return last_rate_; }

double Meter::seconds_for(int64_t tokens) const {
  return last_rate_ > 0 ? static_cast<double>(tokens) / last_rate_ : 0;
}

}  // namespace twofold
