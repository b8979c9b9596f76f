#pragma once
// The special token that ends a turn, such as <|im_end|>: a model learns to write it, but not the
// line break that a template puts behind it.

#include <cstdint>
#include <optional>
#include <string_view>

#include "chat/marks.h"
#include "chat/turns.h"
#include "twofold/tokenizer_interface.h"

namespace twofold::chat {

class TurnEnds {
 public:
  /// `tokens` are those of `text`. All are kept by reference.
  TurnEnds(const Tokenizer& tokenizer, std::string_view text, const EncodedText& tokens)
      : tokenizer_(tokenizer), text_(text), tokens_(tokens) {}

  /// A turn without the white space behind its last mark; where only its words are known, with the
  /// mark that follows them.
  ByteSpan of(const TurnSpan& turn) const;

 private:
  bool is_mark(size_t token) const { return chat::is_mark(tokenizer_, tokens_.ids[token]); }
  bool is_blank(size_t begin, size_t end) const;
  size_t behind_last_mark(const ByteSpan& span) const;
  size_t behind_next_mark(size_t end) const;

  const Tokenizer& tokenizer_;
  std::string_view text_;
  const EncodedText& tokens_;
};

/// The token that ends an assistant's turn, if the template writes a special one behind it.
std::optional<int32_t> end_of_turn(const Templates& templates, const Tokenizer& tokenizer);

}  // namespace twofold::chat
