#pragma once
// Between most neighbours in a text no token ever reaches across. A long text can be cut there, and
// the parts joined one by one, with the same result: their merges cannot meet.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tokenizer/bpe/merge_table.h"

namespace twofold {

struct SymbolMerge {
  int32_t left, right, joined;
};

class SplitPoints {
 public:
  /// `symbols`: tokens that stand in a text before any merge although they are not characters.
  SplitPoints(const std::vector<SymbolMerge>& merges, std::span<const int32_t> symbols);

  /// What table.join(ids, from) does, part by part. `ids` from there on are symbols that no
  /// merge has touched.
  void join(const MergeTable& table, std::vector<int32_t>& ids, size_t from) const;

 private:
  MergeTable inside_;  // pairs of neighbouring symbols that some token holds
  bool known_ = true;  // false: cut nowhere
};

}  // namespace twofold
