#include "tokenizer/huggingface/splitting.h"

#include <algorithm>

namespace twofold::hf {
namespace {

using Stretches = std::vector<Stretch>;

/// A match joins the stretch before it, unless that is a match too.
Stretches with_previous(const Stretches& stretches) {
  Stretches parts;
  bool after_match = false;
  for (const Stretch& stretch : stretches) {
    if (stretch.match && !after_match && !parts.empty()) {
      parts.back().end = stretch.end;
    } else {
      parts.push_back(stretch);
    }
    after_match = stretch.match;
  }
  return parts;
}

/// A match joins the stretch after it, unless that is a match too.
Stretches with_next(const Stretches& stretches) {
  Stretches parts;
  bool before_match = false;
  for (auto stretch = stretches.rbegin(); stretch != stretches.rend(); ++stretch) {
    if (stretch->match && !before_match && !parts.empty()) {
      parts.back().begin = stretch->begin;
    } else {
      parts.push_back(*stretch);
    }
    before_match = stretch->match;
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

Stretches contiguous(const Stretches& stretches) {
  Stretches parts;
  for (const Stretch& stretch : stretches) {
    if (!parts.empty() && parts.back().match == stretch.match) {
      parts.back().end = stretch.end;
    } else {
      parts.push_back(stretch);
    }
  }
  return parts;
}

void append(const Piece& piece, const Stretches& parts, bool keep_matches,
            std::vector<Piece>& out) {
  for (const Stretch& part : parts) {
    if (part.begin == part.end || (part.match && !keep_matches)) continue;
    out.push_back(
        {piece.text.substr(part.begin, part.end - part.begin), piece.first && part.begin == 0});
  }
}

}  // namespace

void split_piece(const Piece& piece, const std::vector<Stretch>& stretches, Behavior behavior,
                 std::vector<Piece>& out) {
  switch (behavior) {
    case Behavior::kRemoved:
      return append(piece, stretches, false, out);
    case Behavior::kIsolated:
      return append(piece, stretches, true, out);
    case Behavior::kMergedWithPrevious:
      return append(piece, with_previous(stretches), true, out);
    case Behavior::kMergedWithNext:
      return append(piece, with_next(stretches), true, out);
    case Behavior::kContiguous:
      return append(piece, contiguous(stretches), true, out);
  }
}

Behavior read_behavior(const Node& node) {
  const std::string name = node.text();
  if (name == "Removed") return Behavior::kRemoved;
  if (name == "Isolated") return Behavior::kIsolated;
  if (name == "MergedWithPrevious") return Behavior::kMergedWithPrevious;
  if (name == "MergedWithNext") return Behavior::kMergedWithNext;
  if (name == "Contiguous") return Behavior::kContiguous;
  node.unsupported("behavior", name,
                   {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"});
}

}  // namespace twofold::hf
