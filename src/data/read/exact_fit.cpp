#include "data/read/exact_fit.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace twofold {
namespace {

constexpr int kMostItems = 3;  // that are looked for to fill a bin exactly
constexpr int kTries = 4096;   // lengths looked at for one bin, so that no bin takes long

/// The items that are not in a bin yet, by length. Lengths only run out.
class Remaining {
 public:
  Remaining(std::span<const int32_t> lengths, int64_t capacity)
      : items_(static_cast<size_t>(capacity) + 1),
        below_(items_.size()),
        above_(items_.size() + 1) {
    for (size_t item = lengths.size(); item-- > 0;) {
      TWOFOLD_EXPECT(0 <= lengths[item] && lengths[item] <= capacity, "an item fits into a bin");
      if (lengths[item] == 0) continue;
      items_[static_cast<size_t>(lengths[item])].push_back(static_cast<int64_t>(item));
      ++count_;
    }
    std::iota(below_.begin(), below_.end(), 0);
    std::iota(above_.begin(), above_.end(), 0);
    for (size_t length = 1; length < items_.size(); ++length) {
      if (items_[length].empty()) close(length);
    }
  }

  bool empty() const { return count_ == 0; }
  int64_t of(int64_t length) const { return std::ssize(items_[static_cast<size_t>(length)]); }
  /// The largest length of at most `length` that an item has; 0 if none has.
  int64_t at_most(int64_t length) { return find(below_, length); }
  /// The least of at least `length`; capacity + 1 if none has.
  int64_t at_least(int64_t length) { return find(above_, length); }

  int64_t take(int64_t length) {
    std::vector<int64_t>& items = items_[static_cast<size_t>(length)];
    const int64_t item = items.back();
    items.pop_back();
    if (items.empty()) close(static_cast<size_t>(length));
    --count_;
    return item;
  }

 private:
  void close(size_t length) {
    below_[length] = static_cast<int64_t>(length) - 1;
    above_[length] = static_cast<int64_t>(length) + 1;
  }
  /// Follows the links to a length that leads to itself, and shortens them.
  static int64_t find(std::vector<int64_t>& links, int64_t length) {
    auto at = static_cast<size_t>(length);
    while (links[at] != static_cast<int64_t>(at)) {
      const auto next = static_cast<size_t>(links[at]);
      links[at] = links[next];
      at = next;
    }
    return static_cast<int64_t>(at);
  }

  std::vector<std::vector<int64_t>> items_;  ///< the first item of a length last
  std::vector<int64_t> below_, above_;
  int64_t count_ = 0;
};

/// Looks for items that fill a room exactly.
class ExactSum {
 public:
  explicit ExactSum(Remaining& remaining) : remaining_(remaining) {}

  /// The lengths of at most kMostItems items of at most `longest` that sum to `room`, none if there
  /// are none.
  const std::vector<int64_t>& lengths(int64_t room, int64_t longest) {
    tries_ = kTries;
    taken_.clear();
    for (int items = 1; items <= kMostItems; ++items) {
      if (room <= items * longest && complete(room, items, longest)) break;
    }
    return taken_;
  }

 private:
  bool has(int64_t length) const {
    return remaining_.of(length) > std::ranges::count(taken_, length);
  }

  bool complete(int64_t room, int items, int64_t longest) {
    if (items == 1) {
      if (room > longest || !has(room)) return false;
      taken_.push_back(room);
      return true;
    }
    const int64_t most = std::min(longest, room - items + 1);
    for (int64_t length = remaining_.at_least((room + items - 1) / items); length <= most;
         length = remaining_.at_least(length + 1)) {
      if (--tries_ < 0) return false;
      if (!has(length)) continue;
      taken_.push_back(length);
      if (complete(room - length, items - 1, length)) return true;
      taken_.pop_back();
    }
    return false;
  }

  Remaining& remaining_;
  std::vector<int64_t> taken_;
  int tries_ = 0;
};

}  // namespace

Bins exact_fit(std::span<const int32_t> lengths, int64_t capacity) {
  Remaining remaining(lengths, capacity);
  ExactSum sum(remaining);
  Bins bins{.items = {}, .begins = {0}};
  while (!remaining.empty()) {
    int64_t room = capacity;
    const auto put = [&](int64_t length) {
      bins.items.push_back(remaining.take(length));
      room -= length;
    };
    put(remaining.at_most(room));
    while (const int64_t longest = remaining.at_most(room)) {
      const std::vector<int64_t> exact = sum.lengths(room, longest);
      for (const int64_t length : exact) put(length);
      if (exact.empty()) put(longest);
    }
    bins.begins.push_back(std::ssize(bins.items));
  }
  return bins;
}

}  // namespace twofold
