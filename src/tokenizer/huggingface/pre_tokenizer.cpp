#include "tokenizer/huggingface/pre_tokenizer.h"

#include "base/error.h"
#include "tokenizer/huggingface/normalizer.h"
#include "tokenizer/huggingface/pattern.h"
#include "tokenizer/huggingface/splitting.h"
#include "tokenizer/patterns.h"
#include "unicode/regex.h"

namespace twofold::hf {
namespace {

size_t character_bytes(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

class RegexSplit : public PreTokenizer {
 public:
  RegexSplit(const std::string& pattern, Behavior behavior, bool invert)
      : regex_(pattern), behavior_(behavior), invert_(invert) {}

  void apply(Pieces& pieces) const override {
    std::vector<Piece> out;
    out.reserve(pieces.list.size());
    std::vector<Segment> segments;
    RegexScan scan(regex_);
    for (const Piece& piece : pieces.list) {
      find_segments(scan, piece.text, segments);
      split_piece(piece, segments, behavior_, out);
    }
    pieces.list = std::move(out);
  }

 private:
  void find_segments(RegexScan& scan, std::string_view text, std::vector<Segment>& segments) const {
    segments.clear();
    size_t begin = 0, end = 0, done = 0, from = 0;
    bool matched = false;
    scan.read(text);
    while (from <= text.size() && scan.find(from, begin, end)) {
      from = end;
      if (begin == end) {
        from += end < text.size() ? character_bytes(text[end]) : 1;
        if (matched && begin == done) continue;  // right behind the last match
      }
      if (begin > done) segments.push_back({done, begin, invert_});
      segments.push_back({begin, end, !invert_});
      done = end;
      matched = true;
    }
    if (done < text.size()) segments.push_back({done, text.size(), invert_});
  }

  Regex regex_;
  Behavior behavior_;
  bool invert_;
};

class PrefixSpace : public PreTokenizer {
 public:
  void apply(Pieces& pieces) const override {
    for (Piece& piece : pieces.list) {
      if (piece.text.starts_with(' ')) continue;
      MadeText& made = pieces.made.emplace_back(" " + std::string(piece.text), piece);
      if (pieces.with_edits) made.edits.put_in_front(piece.text, 1);
      piece = {made.text, piece.first, &made};
    }
  }
};

/// What Rust calls numeric: here `tokenizers` 0.23.3 asks Rust itself, whose tables are of Unicode
/// 17, and not a pattern's, of Unicode 16.
constexpr const char* kNumeric = R"([\p{N}\x{11de0}-\x{11de9}\x{16ff4}-\x{16ff6}])";

/// Spaces become `mark`; a piece is given one to begin with; pieces are cut before each.
class Metaspace : public PreTokenizer {
 public:
  explicit Metaspace(const JsonReader& node) : mark_(node.at("replacement").text()) {
    if (mark_.empty() || mark_.size() != character_bytes(mark_[0])) {
      node.at("replacement").refuse("not a character", "one character", mark_);
    }
    const auto scheme = node.find("prepend_scheme");
    std::string name = scheme ? scheme->text() : "always";
    if (!node.flag("add_prefix_space", true)) {
      if (scheme && name != "never") {
        scheme->refuse("add_prefix_space is false", "never, as add_prefix_space says", name);
      }
      name = "never";
    }
    if (name != "always" && name != "first" && name != "never") {
      unsupported(scheme ? *scheme : node, "prepend_scheme", name, {"always", "first", "never"});
    }
    always_ = name == "always";
    first_ = name == "first";
    split_ = node.flag("split", true);
  }

  void apply(Pieces& pieces) const override {
    std::vector<Piece> out;
    std::vector<Segment> segments;
    for (const Piece& piece : pieces.list) {
      const MadeText& made = marked(piece, pieces);
      if (!split_) {
        out.push_back({made.text, piece.first, &made});
        continue;
      }
      find_marks(made.text, segments);
      split_piece({made.text, piece.first, &made}, segments, Behavior::kMergedWithNext, out);
    }
    pieces.list = std::move(out);
  }

 private:
  const MadeText& marked(const Piece& piece, Pieces& pieces) const {
    MadeText& made = pieces.made.emplace_back(std::string(piece.text), piece);
    if (pieces.with_edits) made.edits = replaced(made.text, " ", mark_.size());
    replace_all(made.text, " ", mark_);
    const bool wants_mark = always_ || (first_ && piece.first);
    if (!wants_mark || made.text.starts_with(mark_)) return made;
    const MadeText& whole =
        pieces.made.emplace_back(mark_ + made.text, Piece{made.text, piece.first, &made});
    if (pieces.with_edits) pieces.made.back().edits.put_in_front(made.text, mark_.size());
    return whole;
  }

  void find_marks(std::string_view text, std::vector<Segment>& segments) const {
    segments.clear();
    size_t done = 0;
    for (size_t at = text.find(mark_); at != text.npos; at = text.find(mark_, done)) {
      if (at > done) segments.push_back({done, at, false});
      done = at + mark_.size();
      segments.push_back({at, done, true});
    }
    if (done < text.size()) segments.push_back({done, text.size(), false});
  }

  std::string mark_;
  bool always_ = false, first_ = false, split_ = true;
};

using Steps = std::vector<std::unique_ptr<PreTokenizer>>;

void add_regex(Steps& steps, const std::string& pattern, Behavior behavior, bool invert = false) {
  steps.push_back(std::make_unique<RegexSplit>(pattern, behavior, invert));
}

void add_steps(const JsonReader& node, PreTokenization& to) {
  const JsonReader type_node = node.at("type");
  const std::string type = type_node.text();
  if (to.byte_level) node.refuse("a step after ByteLevel", "ByteLevel as the last step", type);
  if (type == "Sequence") {
    for (const JsonReader& item : node.at("pretokenizers").items()) add_steps(item, to);
  } else if (type == "ByteLevel") {
    if (node.flag("add_prefix_space", true)) to.steps.push_back(std::make_unique<PrefixSpace>());
    if (node.flag("use_regex", true)) {
      add_regex(to.steps, kGpt2Pattern, Behavior::kIsolated);
    }
    to.byte_level = true;
  } else if (type == "Split") {
    add_regex(to.steps, read_pattern(node.at("pattern")), read_behavior(node.at("behavior")),
              node.flag("invert", false));
  } else if (type == "Metaspace") {
    to.steps.push_back(std::make_unique<Metaspace>(node));
  } else if (type == "Digits") {
    const bool each = node.flag("individual_digits", false);
    add_regex(to.steps, std::string(kNumeric) + (each ? "" : "+"), Behavior::kIsolated);
  } else if (type == "WhitespaceSplit") {
    add_regex(to.steps, R"(\s)", Behavior::kRemoved);
  } else {
    unsupported(node, "pre_tokenizer", type,
                {"Sequence", "ByteLevel", "Split", "Metaspace", "Digits", "WhitespaceSplit"});
  }
}

}  // namespace

ByteSpan in_source(const Piece& piece, ByteSpan span, std::string_view source) {
  const char* const begin = piece.made ? piece.made->text.data() : source.data();
  const auto at = static_cast<size_t>(piece.text.data() - begin);
  const ByteSpan here{at + span.begin, at + span.end};
  return piece.made ? in_source(piece.made->of, piece.made->edits.before(here), source) : here;
}

PreTokenization make_pre_tokenizer(const JsonReader& node) {
  PreTokenization made;
  add_steps(node, made);
  return made;
}

}  // namespace twofold::hf
