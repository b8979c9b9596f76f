#pragma once
// Finds all tokens that a text begins with, in one pass over it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/bpe/rank_table.h"

namespace twofold {

class PrefixTree {
 public:
  explicit PrefixTree(const RankTable& tokens);

  /// Calls found(bytes, rank) for each token (none is empty) that `text` begins with, shortest
  /// first.
  template <class Found>
  void prefixes(std::string_view text, Found&& found) const {
    uint32_t node = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      node = child(node, static_cast<uint8_t>(text[i]));
      if (node == kNone) return;
      if (nodes_[node].rank != kNone) found(i + 1, nodes_[node].rank);
    }
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  /// A node's children are consecutive nodes from `first` on, sorted by byte.
  struct Node {
    uint32_t first = 0;
    uint32_t rank = kNone;
    uint16_t children = 0;
    uint8_t byte = 0;
  };

  uint32_t child(uint32_t node, uint8_t byte) const {
    if (node == 0) return root_[byte];
    const Node& parent = nodes_[node];
    for (uint32_t i = parent.first; i < parent.first + parent.children; ++i) {
      if (nodes_[i].byte == byte) return i;
    }
    return kNone;
  }

  std::vector<Node> nodes_;
  std::array<uint32_t, 256> root_;
};

}  // namespace twofold
