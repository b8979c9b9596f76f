#include "tensor/peak_rate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace twofold {
namespace {

struct PeakRateTest : testing::Test {
  std::string folder = testing::TempDir() + "peak" + std::to_string(getpid());
  ~PeakRateTest() override { std::filesystem::remove_all(folder); }
};

TEST_F(PeakRateTest, IsMeasuredOnceAndRemembered) {
  PeakRate first(folder, "float32");
  const PeakRate::Share share = first.share_of(1e9);
  EXPECT_TRUE(share.measured);
  EXPECT_GT(share.value, 0);
  EXPECT_LT(share.value, 1);
  EXPECT_FALSE(first.share_of(1e9).measured);
  PeakRate second(folder, "float32");
  EXPECT_FALSE(second.share_of(1e9).measured);
  EXPECT_EQ(second.share_of(1e9).value, share.value);
}

TEST_F(PeakRateTest, ARateAboveThePeakIsDoubtedAFewTimesOnly) {
  PeakRate peak(folder, "float32");
  int measured = 0;
  for (int i = 0; i < 10; ++i) measured += peak.share_of(1e18).measured ? 1 : 0;
  EXPECT_EQ(measured, 3);
  EXPECT_GT(peak.share_of(1e18).value, 1);
}

TEST_F(PeakRateTest, DoesWithoutAFolderToRememberItIn) {
  std::ofstream(folder) << "a file, not a folder";
  PeakRate peak(folder, "float32");
  EXPECT_GT(peak.share_of(1e9).value, 0);
  EXPECT_FALSE(peak.share_of(1e9).measured);
}

TEST_F(PeakRateTest, AnotherDtypeIsAnotherPeak) {
  PeakRate(folder, "float32").share_of(1);
  EXPECT_TRUE(PeakRate(folder, "bfloat16").share_of(1).measured);
}

}  // namespace
}  // namespace twofold
