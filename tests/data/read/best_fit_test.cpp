#include "data/read/best_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace twofold {
namespace {

using testing::ElementsAre;

std::vector<std::vector<int64_t>> bins_of(const Bins& bins) {
  std::vector<std::vector<int64_t>> all;
  for (int64_t b = 0; b < bins.count(); ++b) {
    all.emplace_back(bins.bin(b).begin(), bins.bin(b).end());
  }
  return all;
}

TEST(BestFit, PutsTheLongestFirstWhereTheLeastRoomIsLeft) {
  // 6 | 5 | 4 goes to the 6 (room 4), 3 and 2 to the 5; the 1 needs a bin of its own.
  EXPECT_THAT(bins_of(best_fit(std::vector<int32_t>{4, 1, 5, 2, 6, 3}, 10)),
              ElementsAre(ElementsAre(4, 0), ElementsAre(2, 5, 3), ElementsAre(1)));
}

TEST(BestFit, LeavesOutWhatHasNoLength) {
  EXPECT_THAT(bins_of(best_fit(std::vector<int32_t>{0, 3, 0}, 4)), ElementsAre(ElementsAre(1)));
  EXPECT_EQ(best_fit(std::vector<int32_t>{0, 0}, 4).count(), 0);
  EXPECT_EQ(best_fit({}, 4).count(), 0);
}

TEST(BestFit, TakesEqualLengthsInTheirOrder) {
  EXPECT_THAT(bins_of(best_fit(std::vector<int32_t>{2, 2, 2}, 4)),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2)));
}

/// What the definition says, bin by bin.
std::vector<std::vector<int64_t>> slow_best_fit(const std::vector<int32_t>& lengths,
                                                int64_t capacity) {
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  const auto length = [&](int64_t i) { return int64_t{lengths[static_cast<size_t>(i)]}; };
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return length(a) > length(b); });
  std::vector<std::vector<int64_t>> bins;
  std::vector<int64_t> rooms;
  for (const int64_t item : order) {
    size_t best = rooms.size();
    for (size_t b = 0; b < rooms.size(); ++b) {
      if (rooms[b] < length(item)) continue;
      if (best == rooms.size() || rooms[b] < rooms[best]) best = b;
    }
    if (best == rooms.size()) {
      bins.emplace_back();
      rooms.push_back(capacity);
    }
    bins[best].push_back(item);
    rooms[best] -= length(item);
  }
  return bins;
}

TEST(BestFit, IsAsGoodAsTheDefinition) {
  for (const int64_t capacity : {1, 7, 63, 64, 65, 300}) {
    const RandomStream stream(1, Purpose::kTest, static_cast<uint64_t>(capacity));
    std::vector<int32_t> lengths(400);
    for (size_t i = 0; i < lengths.size(); ++i) {
      lengths[i] = static_cast<int32_t>(1 + stream.bits(i) % static_cast<uint64_t>(capacity));
    }
    const auto bins = bins_of(best_fit(lengths, capacity));
    std::vector<int64_t> seen, fills, expected;
    const auto fill = [&](const std::vector<int64_t>& bin) {
      int64_t sum = 0;
      for (const int64_t item : bin) sum += lengths[static_cast<size_t>(item)];
      return sum;
    };
    for (const auto& bin : bins) {
      seen.insert(seen.end(), bin.begin(), bin.end());
      fills.push_back(fill(bin));
      EXPECT_LE(fills.back(), capacity);
    }
    for (const auto& bin : slow_best_fit(lengths, capacity)) expected.push_back(fill(bin));
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::ssize(seen), std::ssize(lengths));
    EXPECT_TRUE(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    // Bins with the same room are interchangeable.
    std::sort(fills.begin(), fills.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(fills, expected) << capacity;
  }
}

TEST(BestFit, FillsBinsFourTimesAsLongAsTheMedianAlmostWholly) {
  const RandomStream stream(2, Purpose::kTest, 0);
  std::vector<int32_t> lengths(20000);
  int64_t total = 0;
  for (size_t i = 0; i < lengths.size(); ++i) {  // skewed, the median about 125
    const double u = stream.uniform(i);
    lengths[i] = static_cast<int32_t>(std::min(512.0, 20 + 420 * u * u));
    total += lengths[i];
  }
  const Bins bins = best_fit(lengths, 512);
  EXPECT_GE(static_cast<double>(total), 0.99 * 512 * static_cast<double>(bins.count()));
}

}  // namespace
}  // namespace twofold
