#include "data/order/prefetch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace twofold {
namespace {

using namespace std::chrono_literals;

Batch batch_of(int64_t step) {
  Batch batch(1, 1);
  batch.tokens[0] = static_cast<int32_t>(step);
  return batch;
}

TEST(Prefetcher, DeliversTheBatchesInOrder) {
  Prefetcher prefetcher(batch_of, 5, 105);
  for (int step = 5; step < 105; ++step) ASSERT_EQ(prefetcher.next().tokens[0], step);
}

TEST(Prefetcher, IsNeverMoreThanItsDepthAhead) {
  std::atomic<int64_t> made = 0;
  Prefetcher prefetcher([&](int64_t step) { return ++made, batch_of(step); }, 0, 1000, 2);
  prefetcher.next();
  for (int i = 0; i < 200 && made < 3; ++i) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(made, 3);  // one taken, two waiting
}

TEST(Prefetcher, DeliversAFailureWhenItsBatchIsReached) {
  Prefetcher prefetcher(
      [](int64_t step) {
        if (step == 2) throw std::runtime_error("bad row");
        return batch_of(step);
      },
      0, 10);
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(prefetcher.next().tokens[0], 0);
  EXPECT_EQ(prefetcher.next().tokens[0], 1);
  EXPECT_THROW(prefetcher.next(), std::runtime_error);
  EXPECT_THROW(prefetcher.next(), std::runtime_error);
}

TEST(Prefetcher, EndsPromptlyWhileFullAndWhileWorking) {
  const auto begin = std::chrono::steady_clock::now();
  {
    Prefetcher full(batch_of, 0, 1'000'000, 1);
    std::this_thread::sleep_for(5ms);
  }
  {
    Prefetcher working(
        [](int64_t step) { return std::this_thread::sleep_for(5ms), batch_of(step); }, 0, 1'000'000,
        1000);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Prefetcher, OfNoStepsMakesNothingAndEnds) {
  std::atomic<int> made = 0;
  const auto count = [&](int64_t step) {
    ++made;
    return batch_of(step);
  };
  { const Prefetcher prefetcher(count, 3, 3); }
  EXPECT_EQ(made, 0);
}

}  // namespace
}  // namespace twofold
