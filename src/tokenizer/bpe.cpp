#include "tokenizer/bpe.h"

#include <algorithm>
#include <array>
#include <queue>
#include <tuple>

namespace twofold {
namespace {

constexpr size_t kScanLimit = 96;  // bytes up to which scanning beats the heap

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
  std::array<uint8_t, kScanLimit + 1> start_;
  std::array<uint32_t, kScanLimit> join_;  // rank of part i joined with part i + 1
};

/// Parts of a long piece as a linked list by starting byte, and a heap of possible joins. A join in
/// the heap is stale once either of its parts has grown or gone, which its end and rank reveal.
class HeapedPiece {
 public:
  HeapedPiece(const RankTable& ranks, std::string_view piece)
      : ranks_(ranks), piece_(piece), next_(piece.size() + 1), previous_(piece.size() + 1) {
    for (size_t i = 0; i <= piece.size(); ++i) {
      next_[i] = i + 1;
      previous_[i] = i - 1;
    }
    for (size_t i = 0; i + 1 < piece.size(); ++i) propose(i);
  }

  void encode(std::vector<int32_t>& ids) {
    while (!joins_.empty()) {
      const auto [rank, left, middle, end] = joins_.top();
      joins_.pop();
      if (next_[left] != middle || next_[middle] != end) continue;
      next_[left] = end;
      next_[middle] = kGone;
      if (end < piece_.size()) previous_[end] = left;
      propose(left);
      if (left > 0) propose(previous_[left]);
    }
    for (size_t i = 0; i < piece_.size(); i = next_[i]) {
      ids.push_back(static_cast<int32_t>(ranks_.find(piece_.substr(i, next_[i] - i))));
    }
  }

 private:
  static constexpr size_t kGone = SIZE_MAX;
  using Join =
      std::tuple<uint32_t, size_t, size_t, size_t>;  // rank, left part, right part, its end

  void propose(size_t left) {
    const size_t middle = next_[left];
    if (middle >= piece_.size()) return;
    const size_t end = next_[middle];
    const uint32_t rank = ranks_.find(piece_.substr(left, end - left));
    if (rank != RankTable::kNone) joins_.emplace(rank, left, middle, end);
  }

  const RankTable& ranks_;
  std::string_view piece_;
  std::vector<size_t> next_;      // by starting byte; kGone once joined to the left
  std::vector<size_t> previous_;  // by starting byte
  std::priority_queue<Join, std::vector<Join>, std::greater<Join>> joins_;
};

}  // namespace

void encode_piece(const RankTable& ranks, std::string_view piece, std::vector<int32_t>& ids) {
  const uint32_t whole = ranks.find(piece);
  if (whole != RankTable::kNone) {
    ids.push_back(static_cast<int32_t>(whole));
  } else if (piece.size() <= kScanLimit) {
    ScannedPiece(ranks, piece).encode(ids);
  } else {
    HeapedPiece(ranks, piece).encode(ids);
  }
}

}  // namespace twofold
