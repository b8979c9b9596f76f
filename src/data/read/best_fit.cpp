#include "data/read/best_fit.h"

#include <bit>

#include "base/error.h"

namespace twofold {
namespace {

/// The bins that have room, by how much; finds the least that is enough.
class OpenBins {
 public:
  explicit OpenBins(int64_t capacity)
      : by_room_(static_cast<size_t>(capacity) + 1), some_(by_room_.size() / 64 + 1) {}

  void add(int64_t bin, int64_t room) {
    const auto at = static_cast<size_t>(room);
    by_room_[at].push_back(bin);
    some_[at / 64] |= uint64_t{1} << (at % 64);
  }

  /// The least room of at least `length` that a bin has; −1 if none has it.
  int64_t least_room(int64_t length) const {
    size_t word = static_cast<size_t>(length) / 64;
    uint64_t bits = some_[word] >> (length % 64) << (length % 64);
    while (bits == 0) {
      if (++word == some_.size()) return -1;
      bits = some_[word];
    }
    return static_cast<int64_t>(word * 64) + std::countr_zero(bits);
  }

  int64_t take(int64_t room) {
    const auto at = static_cast<size_t>(room);
    const int64_t bin = by_room_[at].back();
    by_room_[at].pop_back();
    if (by_room_[at].empty()) some_[at / 64] &= ~(uint64_t{1} << (at % 64));
    return bin;
  }

 private:
  std::vector<std::vector<int64_t>> by_room_;
  std::vector<uint64_t> some_;  ///< one bit a room
};

/// Indices of the items that have a length, longest first.
std::vector<int64_t> longest_first(std::span<const int32_t> lengths, int64_t capacity) {
  std::vector<int64_t> ends(static_cast<size_t>(capacity) + 2, 0);  // of each length, from the back
  for (const int32_t length : lengths) {
    TWOFOLD_EXPECT(0 <= length && length <= capacity, "an item fits into an empty bin");
    ++ends[static_cast<size_t>(length)];
  }
  for (size_t length = static_cast<size_t>(capacity) + 1; length-- > 0;) {
    ends[length] += ends[length + 1];
  }
  std::vector<int64_t> sorted(static_cast<size_t>(ends[1]));
  for (size_t item = lengths.size(); item-- > 0;) {
    const auto length = static_cast<size_t>(lengths[item]);
    if (length > 0) sorted[static_cast<size_t>(--ends[length])] = static_cast<int64_t>(item);
  }
  return sorted;
}

}  // namespace

Bins best_fit(std::span<const int32_t> lengths, int64_t capacity) {
  const std::vector<int64_t> sorted = longest_first(lengths, capacity);
  std::vector<int64_t> bin_of(sorted.size());
  OpenBins open(capacity);
  int64_t count = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const int64_t length = lengths[static_cast<size_t>(sorted[i])];
    int64_t room = open.least_room(length);
    bin_of[i] = room < 0 ? count++ : open.take(room);
    if (room < 0) room = capacity;
    if (room > length) open.add(bin_of[i], room - length);
  }
  Bins bins{.items = std::vector<int64_t>(sorted.size()),
            .begins = std::vector<int64_t>(static_cast<size_t>(count) + 1, 0)};
  for (const int64_t bin : bin_of) ++bins.begins[static_cast<size_t>(bin) + 1];
  for (size_t bin = 1; bin < bins.begins.size(); ++bin) bins.begins[bin] += bins.begins[bin - 1];
  std::vector<int64_t> next(bins.begins.begin(), bins.begins.end() - 1);
  for (size_t i = 0; i < sorted.size(); ++i) {
    bins.items[static_cast<size_t>(next[static_cast<size_t>(bin_of[i])]++)] = sorted[i];
  }
  return bins;
}

}  // namespace twofold
