#include "tokenizer/bpe/merge_table.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "tokenizer/bpe/split_points.h"

namespace twofold {
namespace {

using Ids = std::vector<int32_t>;

/// The definition, word for word: join the lowest, leftmost pair until there is none.
Ids by_definition(const MergeTable& table, Ids ids) {
  while (true) {
    size_t best = ids.size();
    MergeTable::Merge lowest;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      const MergeTable::Merge merge = table.find(ids[i], ids[i + 1]);
      if (merge.rank < lowest.rank) {
        lowest = merge;
        best = i;
      }
    }
    if (best == ids.size()) return ids;
    ids[best] = lowest.id;
    ids.erase(ids.begin() + static_cast<long>(best) + 1);
  }
}

/// A vocabulary over the symbols 0 to 4: each merge joins two tokens that are there.
struct RandomMerges {
  explicit RandomMerges(uint64_t seed) : table(40) {
    const RandomStream random(seed, Purpose::kTest);
    int32_t next = 5;
    for (uint32_t rank = 0; rank < 40; ++rank) {
      const auto pick = [&](int which) {
        return static_cast<int32_t>(random.bits(2 * rank + which) % static_cast<uint64_t>(next));
      };
      const int32_t left = pick(0), right = pick(1);
      if (table.find(left, right).rank != MergeTable::kNone) continue;
      table.set(left, right, {rank / 2, next});  // some ranks are equal
      merges.push_back({left, right, next++});
    }
  }
  MergeTable table;
  std::vector<SymbolMerge> merges;
};

Ids random_symbols(uint64_t seed, size_t count) {
  const RandomStream random(seed, Purpose::kTest, 1);
  Ids ids(count);
  for (size_t i = 0; i < count; ++i) ids[i] = static_cast<int32_t>(random.bits(i) % 5);
  return ids;
}

TEST(MergeTable, FollowsTheDefinitionForShortAndLongRuns) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const RandomMerges merges(seed);
    for (size_t count : {0, 1, 2, 3, 20, 63, 64, 65, 66, 200}) {
      Ids ids = random_symbols(seed, count);
      const Ids expected = by_definition(merges.table, ids);
      ids.insert(ids.begin(), {3, 3});  // what is there already stays
      merges.table.join(ids, 2);
      EXPECT_EQ(Ids(ids.begin() + 2, ids.end()), expected) << seed << " " << count;
    }
  }
}

TEST(MergeTable, ALaterMergeOfAPairReplacesTheEarlier) {
  MergeTable table(2);
  table.set(1, 2, {0, 5});
  table.set(1, 2, {7, 6});
  EXPECT_EQ(table.find(1, 2).id, 6);
  EXPECT_EQ(table.find(2, 1).rank, MergeTable::kNone);
}

TEST(SplitPoints, CuttingALongTextChangesNothing) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const RandomMerges merges(seed);
    const SplitPoints split_points(merges.merges, {});
    for (size_t count : {10, 30, 100, 500}) {
      Ids cut = random_symbols(seed, count);
      Ids whole = cut;
      split_points.join(merges.table, cut, 0);
      merges.table.join(whole, 0);
      EXPECT_EQ(cut, whole) << seed << " " << count;
    }
  }
}

TEST(SplitPoints, ATokenThatMergesMakeMayStandInTheTextItself) {
  MergeTable table(2);
  table.set(0, 1, {0, 5});
  table.set(5, 2, {1, 6});
  const std::vector<SymbolMerge> merges = {{0, 1, 5}, {5, 2, 6}};
  const Ids symbols = {5};
  const SplitPoints split_points(merges, symbols);
  Ids ids;
  for (int i = 0; i < 30; ++i) ids.insert(ids.end(), {5, 2});
  split_points.join(table, ids, 0);
  EXPECT_EQ(ids, Ids(30, 6));
}

}  // namespace
}  // namespace twofold
