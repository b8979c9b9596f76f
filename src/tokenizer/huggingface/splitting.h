#pragma once
// What becomes of the matches of a splitter's pattern, and of the text between them.

#include <string_view>
#include <vector>

#include "tokenizer/huggingface/pre_tokenizer.h"

namespace twofold::hf {

enum class Behavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

/// A segment of a piece; all segments together cover it, in order.
struct Segment {
  size_t begin, end;
  bool match;
};

/// Splits `piece` as `behavior` treats its segments, and appends the parts to `out`.
void split_piece(const Piece& piece, const std::vector<Segment>& segments, Behavior behavior,
                 std::vector<Piece>& out);

Behavior read_behavior(const JsonReader& node);

}  // namespace twofold::hf
