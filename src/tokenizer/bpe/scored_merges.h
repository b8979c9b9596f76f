#pragma once
// Byte-pair encoding by scores, as SentencePiece defines it: any two neighbours whose joined text
// is a token may be joined, the greatest score first, the leftmost of equals.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/bpe/rank_table.h"
#include "tokenizer/bpe/split_points.h"

namespace twofold {

class ScoredMerges {
 public:
  /// `scores` is by id, with every id below tokens.end(). `symbols`: tokens other than single
  /// characters that a text may hold before any merge.
  ScoredMerges(const RankTable& tokens, std::span<const float> scores,
               std::span<const int32_t> symbols);

  /// Joins the symbols `ids` in place.
  void join(std::vector<int32_t>& ids) const { split_points_->join(*table_, ids, 0); }

 private:
  std::optional<MergeTable> table_;
  std::optional<SplitPoints> split_points_;
};

}  // namespace twofold
