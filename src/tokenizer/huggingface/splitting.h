#pragma once
// What becomes of the matches of a splitter's pattern, and of the text between them.

#include <string_view>
#include <vector>

#include "tokenizer/huggingface/pre_tokenizer.h"

namespace twofold::hf {

enum class Behavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

/// A stretch of a piece; all stretches together cover it, in order.
struct Stretch {
  size_t begin, end;
  bool match;
};

/// Appends the parts of `piece` that `behavior` makes of its stretches to `out`.
void split_piece(const Piece& piece, const std::vector<Stretch>& stretches, Behavior behavior,
                 std::vector<Piece>& out);

Behavior read_behavior(const Node& node);

}  // namespace twofold::hf
