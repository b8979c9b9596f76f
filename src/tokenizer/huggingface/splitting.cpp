#include "tokenizer/huggingface/splitting.h"

#include <algorithm>

namespace twofold::hf {
namespace {

using Segments = std::vector<Segment>;

/// A match joins the segment before it, unless that is a match too.
Segments with_previous(const Segments& segments) {
  Segments parts;
  bool after_match = false;
  for (const Segment& segment : segments) {
    if (segment.match && !after_match && !parts.empty()) {
      parts.back().end = segment.end;
    } else {
      parts.push_back(segment);
    }
    after_match = segment.match;
  }
  return parts;
}

/// A match joins the segment after it, unless that is a match too.
Segments with_next(const Segments& segments) {
  Segments parts;
  bool before_match = false;
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (segment->match && !before_match && !parts.empty()) {
      parts.back().begin = segment->begin;
    } else {
      parts.push_back(*segment);
    }
    before_match = segment->match;
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

Segments contiguous(const Segments& segments) {
  Segments parts;
  for (const Segment& segment : segments) {
    if (!parts.empty() && parts.back().match == segment.match) {
      parts.back().end = segment.end;
    } else {
      parts.push_back(segment);
    }
  }
  return parts;
}

void append(const Piece& piece, const Segments& parts, bool keep_matches, std::vector<Piece>& out) {
  for (const Segment& part : parts) {
    if (part.begin == part.end || (part.match && !keep_matches)) continue;
    out.push_back({piece.text.substr(part.begin, part.end - part.begin),
                   piece.first && part.begin == 0, piece.made});
  }
}

}  // namespace

void split_piece(const Piece& piece, const std::vector<Segment>& segments, Behavior behavior,
                 std::vector<Piece>& out) {
  switch (behavior) {
    case Behavior::kRemoved:
      return append(piece, segments, false, out);
    case Behavior::kIsolated:
      return append(piece, segments, true, out);
    case Behavior::kMergedWithPrevious:
      return append(piece, with_previous(segments), true, out);
    case Behavior::kMergedWithNext:
      return append(piece, with_next(segments), true, out);
    case Behavior::kContiguous:
      return append(piece, contiguous(segments), true, out);
  }
}

Behavior read_behavior(const JsonReader& node) {
  const std::string name = node.text();
  if (name == "Removed") return Behavior::kRemoved;
  if (name == "Isolated") return Behavior::kIsolated;
  if (name == "MergedWithPrevious") return Behavior::kMergedWithPrevious;
  if (name == "MergedWithNext") return Behavior::kMergedWithNext;
  if (name == "Contiguous") return Behavior::kContiguous;
  unsupported(node, "behavior", name,
              {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"});
}

}  // namespace twofold::hf
