#pragma once
// Byte-pair encoding as tiktoken defines it: of all adjacent parts whose joined bytes are a token,
// join the pair of lowest rank (the leftmost of equals), and repeat until there is no such pair.

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/bpe/rank_table.h"

namespace twofold {

/// Appends the ranks of `piece` (not empty) to `ids`. `ranks` must have every single byte. Short
/// pieces are scanned, O(n·merges); long ones use a heap, O(n log n).
void encode_piece(const RankTable& ranks, std::string_view piece, std::vector<int32_t>& ids);

}  // namespace twofold
