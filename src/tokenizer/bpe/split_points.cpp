#include "tokenizer/bpe/split_points.h"

#include <algorithm>
#include <unordered_map>

namespace twofold {
namespace {

/// The outermost symbols of tokens. A token that no merge makes is a symbol itself.
class OuterSymbols {
 public:
  /// False if one token is made in two ways that differ in their outermost symbols.
  bool learn(const std::vector<SymbolMerge>& merges) {
    // A merge may stand before those that make its parts: repeated until nothing changes. The
    // lengths of tokens bound the rounds; real files need one or two.
    for (bool changed = true; changed;) {
      changed = false;
      if (++rounds_ > kMaxRounds) return false;
      for (const SymbolMerge& merge : merges) {
        const Pair ends = {of(merge.left).first, of(merge.right).second};
        const auto [known, is_new] = ends_.emplace(merge.joined, ends);
        changed = changed || is_new || known->second != ends;
        known->second = ends;
      }
    }
    return true;
  }

  using Pair = std::pair<int32_t, int32_t>;
  bool is_made(int32_t id) const { return ends_.contains(id); }
  Pair of(int32_t id) const {
    const auto known = ends_.find(id);
    return known == ends_.end() ? Pair{id, id} : known->second;
  }

 private:
  static constexpr int kMaxRounds = 64;
  std::unordered_map<int32_t, Pair> ends_;
  int rounds_ = 0;
};

std::vector<OuterSymbols::Pair> neighbours(const std::vector<SymbolMerge>& merges,
                                           const OuterSymbols& ends) {
  std::vector<OuterSymbols::Pair> pairs;
  for (const SymbolMerge& merge : merges) {
    pairs.emplace_back(ends.of(merge.left).second, ends.of(merge.right).first);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace

SplitPoints::SplitPoints(const std::vector<SymbolMerge>& merges, std::span<const int32_t> symbols)
    : inside_(0) {
  OuterSymbols ends;
  known_ = ends.learn(merges) && std::none_of(symbols.begin(), symbols.end(),
                                              [&](int32_t id) { return ends.is_made(id); });
  const std::vector<OuterSymbols::Pair> pairs = neighbours(merges, ends);
  inside_ = MergeTable(pairs.size());
  for (const auto& [left, right] : pairs) inside_.set(left, right, {0, 0});
}

void SplitPoints::join(const MergeTable& table, std::vector<int32_t>& ids, size_t from) const {
  constexpr size_t kShort = 24;  // symbols that are joined as fast as cut
  if (!known_ || ids.size() - from <= kShort) return table.join(ids, from);
  std::vector<int32_t> part;
  size_t kept = from;
  for (size_t begin = from; begin < ids.size();) {
    size_t end = begin + 1;
    while (end < ids.size() && inside_.find(ids[end - 1], ids[end]).rank != MergeTable::kNone) {
      ++end;
    }
    part.assign(ids.begin() + static_cast<long>(begin), ids.begin() + static_cast<long>(end));
    table.join(part, 0);
    std::copy(part.begin(), part.end(), ids.begin() + static_cast<long>(kept));
    kept += part.size();
    begin = end;
  }
  ids.resize(kept);
}

}  // namespace twofold
