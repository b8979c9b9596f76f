#pragma once
// Byte-pair encoding with a list of merges: which two adjacent symbols may be joined, in which
// order of preference, and into which symbol.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace twofold {

/// A map from pairs of ids to merges, by hashing. Ids are below 2^31.
class MergeTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Merge {
    uint32_t rank = kNone;  ///< lower is joined first; kNone: the two cannot be joined
    int32_t id = 0;         ///< of the joined symbol
  };

  explicit MergeTable(size_t merges);

  /// Sets the merge of a pair; a later one replaces an earlier one.
  void set(int32_t left, int32_t right, Merge merge);
  Merge find(int32_t left, int32_t right) const { return slots_[slot_for(left, right)].merge; }

  /// Joins the symbols ids[from…] in place: always the pair of lowest rank, the leftmost of equals,
  /// until there is none. Short runs are scanned, long ones use a heap.
  void join(std::vector<int32_t>& ids, size_t from) const;

 private:
  struct Slot {
    uint64_t pair = 0;
    Merge merge;
  };
  size_t slot_for(int32_t left, int32_t right) const {
    const uint64_t pair = static_cast<uint64_t>(left) << 32 | static_cast<uint32_t>(right);
    size_t at = (pair * 0x9E3779B97F4A7C15u ^ pair >> 29) * 0xBF58476D1CE4E5B9u >> shift_;
    while (slots_[at].merge.rank != kNone && slots_[at].pair != pair) at = (at + 1) & mask_;
    return at;
  }

  std::vector<Slot> slots_;  // open addressing; a power of two, at most half full
  size_t mask_;
  int shift_;
};

}  // namespace twofold
