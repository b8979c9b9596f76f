#include "data/read/exact_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/random.h"

namespace twofold {
namespace {

using testing::ElementsAre;

std::vector<std::vector<int64_t>> bins_of(const std::vector<int32_t>& lengths, int64_t capacity) {
  const Bins bins = exact_fit(lengths, capacity);
  std::vector<std::vector<int64_t>> all;
  for (int64_t b = 0; b < bins.count(); ++b) {
    all.emplace_back(bins.bin(b).begin(), bins.bin(b).end());
  }
  return all;
}

TEST(ExactFit, FillsABinWithAsFewItemsAsDoThat) {
  EXPECT_THAT(bins_of({6, 1, 3, 4}, 10), ElementsAre(ElementsAre(0, 3), ElementsAre(2, 1)));
  EXPECT_THAT(bins_of({6, 1, 3, 3}, 10), ElementsAre(ElementsAre(0, 2, 1), ElementsAre(3)));
  EXPECT_THAT(bins_of({6, 1, 2, 1}, 10), ElementsAre(ElementsAre(0, 2, 1, 3)));
}

TEST(ExactFit, FillsItWithItemsAsEqualAsThereAre) {
  EXPECT_THAT(bins_of({20, 9, 1, 5, 6, 4, 8, 2}, 30),
              ElementsAre(ElementsAre(0, 4, 5), ElementsAre(1, 6, 3, 7, 2)));
}

TEST(ExactFit, GoesOnWithTheLongestThatFitsWhereNothingFillsIt) {
  EXPECT_THAT(bins_of({7, 5, 2, 2}, 10), ElementsAre(ElementsAre(0, 2), ElementsAre(1, 3)));
}

TEST(ExactFit, TakesEqualLengthsInTheirOrderAndLeavesOutWhatHasNone) {
  EXPECT_THAT(bins_of({2, 0, 2, 2}, 4), ElementsAre(ElementsAre(0, 2), ElementsAre(3)));
  EXPECT_THAT(bins_of({0, 0}, 4), testing::IsEmpty());
}

TEST(ExactFit, PutsEveryItemIntoOneBinThatHoldsIt) {
  for (const int64_t capacity : {1, 7, 64, 300}) {
    const RandomStream stream(1, Purpose::kTest, static_cast<uint64_t>(capacity));
    std::vector<int32_t> lengths(500);
    for (size_t i = 0; i < lengths.size(); ++i) {
      lengths[i] = static_cast<int32_t>(1 + stream.bits(i) % static_cast<uint64_t>(capacity));
    }
    std::vector<int64_t> seen;
    for (const auto& bin : bins_of(lengths, capacity)) {
      int64_t sum = 0;
      for (const int64_t item : bin) sum += lengths[static_cast<size_t>(item)];
      EXPECT_LE(sum, capacity);
      seen.insert(seen.end(), bin.begin(), bin.end());
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::ssize(seen), std::ssize(lengths));
    EXPECT_TRUE(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  }
}

/// Lengths as documents have them: skewed, from `least` on, the median at about `median`.
std::vector<int32_t> skewed(size_t count, double least, double median, double capacity) {
  const RandomStream stream(2, Purpose::kTest, count);
  std::vector<int32_t> lengths(count);
  for (size_t i = 0; i < count; ++i) {
    const double u = stream.uniform(i);
    lengths[i] = static_cast<int32_t>(std::min(capacity, least + 4 * (median - least) * u * u));
  }
  return lengths;
}

double filled(const std::vector<int32_t>& lengths, int64_t capacity) {
  int64_t total = 0;
  for (const int32_t length : lengths) total += length;
  return static_cast<double>(total) /
         static_cast<double>(capacity * exact_fit(lengths, capacity).count());
}

TEST(ExactFit, FillsAlmostAllOfBinsFourTimesAsLongAsTheMedian) {
  EXPECT_GE(filled(skewed(1000, 30, 128, 512), 512), 0.99);
  EXPECT_GE(filled(skewed(5000, 20, 61, 244), 244), 0.99);
  EXPECT_GE(filled(skewed(7000, 60, 142, 568), 568), 0.99);
}

TEST(ExactFit, AMillionDocumentsTakeSeconds) {
  for (const int64_t capacity : {512, 4096}) {
    const double median = static_cast<double>(capacity) / 6;
    const std::vector<int32_t> lengths =
        skewed(1'000'000, median / 4, median, static_cast<double>(capacity));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_GE(filled(lengths, capacity), 0.99);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took.count(), 5) << capacity;
  }
}

}  // namespace
}  // namespace twofold
