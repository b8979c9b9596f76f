#pragma once
// Most pairs of neighbouring symbols never stand side by side inside a token. A long text can be
// cut between such neighbours and its parts joined one by one with the same result, since no merge
// crosses the cut.

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
  /// `symbols`: tokens other than single characters that a text may hold before any merge.
  SplitPoints(const std::vector<SymbolMerge>& merges, std::span<const int32_t> symbols);

  /// Does what table.join(ids, from) does, part by part. The symbols ids[from…] must not have been
  /// merged yet.
  void join(const MergeTable& table, std::vector<int32_t>& ids, size_t from) const;

 private:
  MergeTable inside_;  // pairs of symbols that are neighbours inside some token
  bool known_ = true;  // false: cut nowhere
};

}  // namespace twofold
