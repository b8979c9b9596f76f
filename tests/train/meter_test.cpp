#include "train/meter.h"

#include <gtest/gtest.h>

#include <thread>

namespace twofold {
namespace {

TEST(Meter, KnowsNothingUntilTwoStepsHavePassed) {
  Meter meter;
  meter.step(100);
  EXPECT_EQ(meter.tokens_per_s(), 0);
  EXPECT_EQ(meter.seconds_for(1000), 0);
}

TEST(Meter, APauseIsNotCountedAndTheRateIsRemembered) {
  Meter meter;
  meter.step(100);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  meter.step(100);
  const double rate = meter.tokens_per_s();
  EXPECT_GT(rate, 0);
  EXPECT_LE(rate, 100 / 0.005);
  meter.pause();
  meter.step(100);  // the first mark after the pause: nothing to measure from yet
  EXPECT_EQ(meter.tokens_per_s(), rate);
  EXPECT_DOUBLE_EQ(meter.seconds_for(200), 200 / rate);
}

}  // namespace
}  // namespace twofold
