#include "tokenizer/bpe/bpe.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <utility>

namespace twofold {
namespace {

constexpr size_t kScannedBytes = 96;  // bytes up to which scanning beats the heap

/// Parts of a short piece as a packed array: part i is [start[i], start[i + 1]).
class ScannedPiece {
 public:
  ScannedPiece(const RankTable& ranks, std::string_view piece)
      : ranks_(ranks), piece_(piece), count_(piece.size()) {
    for (size_t i = 0; i <= count_; ++i) start_[i] = static_cast<uint8_t>(i);
    for (size_t i = 0; i + 1 < count_; ++i) join_[i] = joined(i);
  }

  void encode(std::vector<int32_t>& ids) {
    while (count_ > 1) {
      auto best =
          std::min_element(join_.begin(), join_.begin() + count_ - 1);  // leftmost of equals
      if (*best == RankTable::kNone) break;
      merge(static_cast<size_t>(best - join_.begin()));
    }
    for (size_t i = 0; i < count_; ++i)
      ids.push_back(static_cast<int32_t>(ranks_.find(part(i, 1))));
  }

 private:
  std::string_view part(size_t i, size_t parts) const {
    return piece_.substr(start_[i], start_[i + parts] - start_[i]);
  }
  uint32_t joined(size_t i) const { return ranks_.find(part(i, 2)); }

  void merge(size_t i) {
    std::copy(start_.begin() + i + 2, start_.begin() + count_ + 1, start_.begin() + i + 1);
    std::copy(join_.begin() + i + 1, join_.begin() + count_ - 1, join_.begin() + i);
    --count_;
    if (i + 1 < count_) join_[i] = joined(i);
    if (i > 0) join_[i - 1] = joined(i - 1);
  }

  const RankTable& ranks_;
  std::string_view piece_;
  size_t count_;
  std::array<uint8_t, kScannedBytes + 1> start_;
  std::array<uint32_t, kScannedBytes> join_;  // rank of part i joined with part i + 1
};

/// Parts of a long piece as a linked list by starting byte, and a heap of possible joins.
class HeapedPiece {
 public:
  HeapedPiece(const RankTable& ranks, std::string_view piece)
      : ranks_(ranks),
        piece_(piece),
        next_(piece.size()),
        previous_(piece.size()),
        join_(piece.size(), RankTable::kNone) {
    for (size_t i = 0; i < piece.size(); ++i) {
      next_[i] = i + 1;
      previous_[i] = i - 1;
    }
    std::vector<uint64_t> joins;
    for (size_t i = 0; i < piece.size(); ++i) {
      join_[i] = joined(i);
      if (join_[i] != RankTable::kNone) joins.push_back(packed(i));
    }
    heap_ = Heap(std::greater<uint64_t>(), std::move(joins));
  }

  void encode(std::vector<int32_t>& ids) {
    while (!heap_.empty()) {
      const uint64_t top = heap_.top();
      heap_.pop();
      const size_t left = top & kPlaceMask;
      if (join_[left] == top >> kPlaceBits) merge(left);  // else a join of what the part was before
    }
    for (size_t i = 0; i < piece_.size(); i = next_[i]) {
      ids.push_back(static_cast<int32_t>(ranks_.find(piece_.substr(i, next_[i] - i))));
    }
  }

 private:
  // A join in one word, rank above place, so that words compare as (rank, leftmost).
  static constexpr int kPlaceBits = 40;
  static constexpr uint64_t kPlaceMask = (uint64_t{1} << kPlaceBits) - 1;
  static_assert(RankTable::kMaxRanks <= uint64_t{1} << (64 - kPlaceBits));
  using Heap = std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<uint64_t>>;

  uint64_t packed(size_t left) const { return uint64_t{join_[left]} << kPlaceBits | left; }

  uint32_t joined(size_t left) const {
    const size_t middle = next_[left];
    if (middle == piece_.size()) return RankTable::kNone;
    return ranks_.find(piece_.substr(left, next_[middle] - left));
  }

  void propose(size_t left) {
    join_[left] = joined(left);
    if (join_[left] != RankTable::kNone) heap_.push(packed(left));
  }

  void merge(size_t left) {
    const size_t middle = next_[left];
    next_[left] = next_[middle];
    join_[middle] = RankTable::kNone;
    if (next_[left] < piece_.size()) previous_[next_[left]] = left;
    propose(left);
    if (left > 0) propose(previous_[left]);
  }

  const RankTable& ranks_;
  std::string_view piece_;
  std::vector<size_t> next_;      // start of the part to the right
  std::vector<size_t> previous_;  // start of the part to the left
  std::vector<uint32_t> join_;    // rank of the part joined with its right neighbour, kNone if none
  Heap heap_;
};

}  // namespace

void encode_piece(const RankTable& ranks, std::string_view piece, std::vector<int32_t>& ids) {
  const uint32_t whole = ranks.find(piece);
  if (whole != RankTable::kNone) {
    ids.push_back(static_cast<int32_t>(whole));
  } else if (piece.size() <= kScannedBytes) {
    ScannedPiece(ranks, piece).encode(ids);
  } else {
    HeapedPiece(ranks, piece).encode(ids);
  }
}

}  // namespace twofold
