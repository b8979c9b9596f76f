#pragma once
// Makes the next few batches on a thread of its own while the current one is being trained on.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "twofold/data/batch.h"

namespace twofold {

/// The batches make(first_step) … make(end_step − 1), in order, at most `depth` of them made ahead.
/// An exception in `make` is rethrown by next() when its batch is reached. The destructor waits at
/// most for the batch that is being made.
class Prefetcher {
 public:
  using Make = std::function<Batch(int64_t step)>;
  Prefetcher(Make make, int64_t first_step, int64_t end_step, int depth = 3);
  ~Prefetcher();
  Batch next();

 private:
  void work(int64_t first, int64_t end);
  Make make_;
  size_t depth_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::exception_ptr failure_;
  bool stop_ = false;
  bool finished_ = false;
  std::thread thread_;
};

}  // namespace twofold
