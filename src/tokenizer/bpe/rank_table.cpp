#include "tokenizer/bpe/rank_table.h"

#include "base/error.h"
#include "base/random.h"

namespace twofold {

/// The slot that holds `bytes`, or the free one where they belong.
size_t RankTable::slot_for(std::string_view bytes, uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].rank != kNone &&
         (slots_[at].hash != hash || view(tokens_[slots_[at].rank]) != bytes)) {
    at = (at + 1) & mask;
  }
  return at;
}

void RankTable::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(old.empty() ? 1024 : old.size() * 2, {});
  for (const Slot& slot : old) {
    if (slot.rank != kNone) slots_[slot_for(view(tokens_[slot.rank]), slot.hash)] = slot;
  }
}

bool RankTable::add(std::string_view bytes, uint32_t rank) {
  TWOFOLD_EXPECT(rank < kMaxRanks, "rank is too large");
  if (2 * (count_ + 1) > slots_.size()) grow();
  if (rank < tokens_.size() && tokens_[rank].used) return false;
  const auto hash = static_cast<uint32_t>(hash64(bytes));
  const size_t at = slot_for(bytes, hash);
  if (slots_[at].rank != kNone) return false;
  if (rank >= tokens_.size()) tokens_.resize(rank + 1);
  tokens_[rank] = {pool_.size(), static_cast<uint32_t>(bytes.size()), true};
  pool_ += bytes;
  slots_[at] = {hash, rank};
  ++count_;
  return true;
}

uint32_t RankTable::find(std::string_view bytes) const {
  if (slots_.empty()) return kNone;
  return slots_[slot_for(bytes, static_cast<uint32_t>(hash64(bytes)))].rank;
}

std::optional<std::string_view> RankTable::bytes_of(uint32_t rank) const {
  if (rank >= tokens_.size() || !tokens_[rank].used) return std::nullopt;
  return view(tokens_[rank]);
}

}  // namespace twofold
