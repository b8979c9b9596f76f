#include "data/order/prefetch.h"

#include <utility>

#include "base/error.h"

namespace twofold {

Prefetcher::Prefetcher(Make make, int64_t first_step, int64_t end_step, int depth)
    : make_(std::move(make)), depth_(static_cast<size_t>(depth)) {
  TWOFOLD_EXPECT(depth >= 1, "a prefetcher holds at least one batch");
  thread_ = std::thread([this, first_step, end_step] { work(first_step, end_step); });
}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Batch Prefetcher::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !ready_.empty() || failure_ || finished_; });
  if (ready_.empty()) {
    // Kept, not taken: whoever asks again after the failure is told again.
    if (failure_) std::rethrow_exception(failure_);
    TWOFOLD_EXPECT(false, "no batch is asked for after the last");
  }
  Batch batch = std::move(ready_.front());
  ready_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return batch;
}

void Prefetcher::work(int64_t first, int64_t end) {
  std::exception_ptr failure;
  try {
    for (int64_t step = first; step < end; ++step) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stop_ || ready_.size() < depth_; });
        if (stop_) return;
      }
      Batch batch = make_(step);
      const std::lock_guard lock(mutex_);
      ready_.push_back(std::move(batch));
      changed_.notify_all();
    }
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  failure_ = failure;
  finished_ = true;
  changed_.notify_all();
}

}  // namespace twofold
