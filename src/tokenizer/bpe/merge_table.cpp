#include "tokenizer/bpe/merge_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <queue>

#include "base/error.h"

namespace twofold {
namespace {

using Merge = MergeTable::Merge;

constexpr size_t kScannedSymbols = 64;  // symbols up to which scanning beats the heap

void join_by_scanning(const MergeTable& table, int32_t* ids, size_t& count) {
  std::array<uint32_t, kScannedSymbols> rank;
  std::array<int32_t, kScannedSymbols> joined;
  auto look_up = [&](size_t i) {
    const Merge merge = table.find(ids[i], ids[i + 1]);
    rank[i] = merge.rank;
    joined[i] = merge.id;
  };
  for (size_t i = 0; i + 1 < count; ++i) look_up(i);
  while (count > 1) {
    const auto best = static_cast<size_t>(
        std::min_element(rank.begin(), rank.begin() + (count - 1)) - rank.begin());
    if (rank[best] == MergeTable::kNone) break;
    ids[best] = joined[best];
    std::copy(ids + best + 2, ids + count, ids + best + 1);
    std::copy(rank.begin() + best + 1, rank.begin() + (count - 1), rank.begin() + best);
    std::copy(joined.begin() + best + 1, joined.begin() + (count - 1), joined.begin() + best);
    --count;
    if (best + 1 < count) look_up(best);
    if (best > 0) look_up(best - 1);
  }
}

/// The symbols as a linked list by their first place, and a heap of possible merges.
class HeapedSymbols {
 public:
  HeapedSymbols(const MergeTable& table, int32_t* ids, size_t count)
      : table_(table), ids_(ids), count_(count), next_(count), previous_(count), merge_(count) {
    TWOFOLD_EXPECT(count < size_t{1} << 32, "a piece of 4 Gi symbols");
    std::vector<uint64_t> possible;
    for (size_t i = 0; i < count; ++i) {
      next_[i] = static_cast<uint32_t>(i + 1);
      previous_[i] = static_cast<uint32_t>(i - 1);
    }
    for (uint32_t i = 0; i < count; ++i) {
      merge_[i] = merge_at(i);
      if (merge_[i].rank != MergeTable::kNone) possible.push_back(packed(i));
    }
    heap_ = Heap(std::greater<uint64_t>(), std::move(possible));
  }

  /// Joins all that can be; the symbols left are moved to the front. Returns how many.
  size_t join() {
    while (!heap_.empty()) {
      const uint64_t top = heap_.top();
      heap_.pop();
      const auto left = static_cast<uint32_t>(top);
      if (merge_[left].rank == top >> 32) apply(left);  // else a merge of what was there before
    }
    size_t kept = 0;
    for (size_t i = 0; i < count_; i = next_[i]) ids_[kept++] = ids_[i];
    return kept;
  }

 private:
  using Heap = std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<uint64_t>>;

  uint64_t packed(uint32_t left) const { return uint64_t{merge_[left].rank} << 32 | left; }

  Merge merge_at(uint32_t left) const {
    const uint32_t right = next_[left];
    return right == count_ ? Merge{} : table_.find(ids_[left], ids_[right]);
  }

  void propose(uint32_t left) {
    merge_[left] = merge_at(left);
    if (merge_[left].rank != MergeTable::kNone) heap_.push(packed(left));
  }

  void apply(uint32_t left) {
    const uint32_t right = next_[left];
    ids_[left] = merge_[left].id;
    next_[left] = next_[right];
    merge_[right] = {};
    if (next_[left] < count_) previous_[next_[left]] = left;
    propose(left);
    if (left > 0) propose(previous_[left]);
  }

  const MergeTable& table_;
  int32_t* ids_;
  size_t count_;
  std::vector<uint32_t> next_, previous_;  // places of the symbols beside
  std::vector<Merge> merge_;               // of the symbol with its right neighbour
  Heap heap_;
};

}  // namespace

MergeTable::MergeTable(size_t merges)
    : slots_(std::bit_ceil(std::max<size_t>(2 * merges, 16))),
      mask_(slots_.size() - 1),
      shift_(64 - std::countr_zero(slots_.size())) {}

void MergeTable::set(int32_t left, int32_t right, Merge merge) {
  TWOFOLD_EXPECT(merge.rank != kNone, "a merge has a rank");
  const uint64_t pair = static_cast<uint64_t>(left) << 32 | static_cast<uint32_t>(right);
  slots_[slot_for(left, right)] = {pair, merge};
}

void MergeTable::join(std::vector<int32_t>& ids, size_t from) const {
  size_t count = ids.size() - from;
  if (count < 2) return;
  if (count <= kScannedSymbols) {
    join_by_scanning(*this, ids.data() + from, count);
  } else {
    count = HeapedSymbols(*this, ids.data() + from, count).join();
  }
  ids.resize(from + count);
}

}  // namespace twofold
