#pragma once
// The same function on many inputs, on several threads, results in order.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

namespace twofold {

/// {make(0), …, make(count − 1)}, whatever the number of threads (at least 1). If any of them
/// throws, the exception of the smallest index is rethrown once all threads are done.
template <class Result, class Make>
std::vector<Result> parallel_map(int64_t count, int64_t threads, const Make& make) {
  std::vector<Result> results(static_cast<size_t>(count));
  std::vector<std::exception_ptr> failures(static_cast<size_t>(count));
  std::atomic<int64_t> next = 0;
  const auto work = [&] {
    for (int64_t i = next++; i < count; i = next++) {
      try {
        results[static_cast<size_t>(i)] = make(i);
      } catch (...) {
        failures[static_cast<size_t>(i)] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (int64_t i = 1; i < std::min(threads, count); ++i) helpers.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return results;
}

}  // namespace twofold
