#pragma once
// Vocabularies on disk: tiktoken's rank files and GPT-2's vocab.bpe (merges).

#include <string>
#include <string_view>

#include "base/files.h"
#include "tokenizer/bpe/rank_table.h"

namespace twofold {

/// Reads the ranks in `text`. Rank file: lines of base64 token, space, decimal rank. Merges (first
/// line "#version…"): lines of two parts in GPT-2's printable alphabet; the 256 bytes have the
/// first ranks in that alphabet's order. Throws an Error with `file`:line for anything else, for a
/// rank or token given twice, and for a vocabulary without all 256 single bytes.
RankTable parse_ranks(std::string_view text, const std::string& file);

RankTable read_ranks(const Path& path);

}  // namespace twofold
