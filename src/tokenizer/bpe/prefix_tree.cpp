#include "tokenizer/bpe/prefix_tree.h"

#include <algorithm>
#include <utility>

namespace twofold {
namespace {

/// A node still to be given children: its tokens are sorted[begin, end), its depth is `depth`.
struct Open {
  uint32_t node;
  size_t begin, end, depth;
};

}  // namespace

PrefixTree::PrefixTree(const RankTable& tokens) {
  std::vector<std::pair<std::string_view, uint32_t>> sorted;
  for (uint32_t rank = 0; rank < tokens.end(); ++rank) {
    const auto text = tokens.bytes_of(rank);
    if (text && !text->empty()) sorted.emplace_back(*text, rank);
  }
  std::sort(sorted.begin(), sorted.end());
  root_.fill(kNone);
  nodes_.emplace_back();
  std::vector<Open> open = {{0, 0, sorted.size(), 0}};
  for (size_t next = 0; next < open.size(); ++next) {
    const Open at = open[next];
    nodes_[at.node].first = static_cast<uint32_t>(nodes_.size());
    for (size_t begin = at.begin; begin < at.end;) {
      const char byte = sorted[begin].first[at.depth];
      size_t end = begin;
      while (end < at.end && sorted[end].first[at.depth] == byte) ++end;
      const auto child = static_cast<uint32_t>(nodes_.size());
      nodes_.emplace_back().byte = static_cast<uint8_t>(byte);
      ++nodes_[at.node].children;
      if (at.node == 0) root_[static_cast<uint8_t>(byte)] = child;
      // The token that ends here sorts before those that go on.
      if (sorted[begin].first.size() == at.depth + 1) nodes_[child].rank = sorted[begin++].second;
      if (begin < end) open.push_back({child, begin, end, at.depth + 1});
      begin = end;
    }
  }
}

}  // namespace twofold
