#include "tokenizer/bpe/scored_merges.h"

#include <algorithm>
#include <functional>

namespace twofold {
namespace {

std::vector<SymbolMerge> all_merges(const RankTable& tokens) {
  std::vector<SymbolMerge> merges;
  for (uint32_t id = 0; id < tokens.end(); ++id) {
    const auto text = tokens.bytes_of(id);
    for (size_t cut = 1; text && cut < text->size(); ++cut) {
      const uint32_t left = tokens.find(text->substr(0, cut));
      if (left == RankTable::kNone) continue;
      const uint32_t right = tokens.find(text->substr(cut));
      if (right == RankTable::kNone) continue;
      merges.push_back(
          {static_cast<int32_t>(left), static_cast<int32_t>(right), static_cast<int32_t>(id)});
    }
  }
  return merges;
}

}  // namespace

ScoredMerges::ScoredMerges(const RankTable& tokens, std::span<const float> scores,
                           std::span<const int32_t> symbols) {
  std::vector<float> sorted(scores.begin(), scores.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<float>());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const std::vector<SymbolMerge> merges = all_merges(tokens);
  table_.emplace(merges.size());
  for (const SymbolMerge& merge : merges) {
    const float score = scores[static_cast<size_t>(merge.joined)];
    const auto rank = std::lower_bound(sorted.begin(), sorted.end(), score, std::greater<float>());
    table_->set(merge.left, merge.right,
                {static_cast<uint32_t>(rank - sorted.begin()), merge.joined});
  }
  split_points_.emplace(merges, symbols);
}

}  // namespace twofold
