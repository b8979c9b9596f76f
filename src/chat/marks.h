#pragma once
// The texts of special tokens, such as <|im_end|>, in what people wrote.

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "twofold/tokenizer_interface.h"

namespace twofold::chat {

/// Whether a token may end a turn: a special one, or one of the user's own that looks so, such as
/// <|im_end|> of tokenizer/add_tokens.
bool is_mark(const Tokenizer& tokenizer, int32_t id);

/// Finds the marks of a tokenizer.
class Marks {
 public:
  /// Those that become their ids where a text spells them.
  explicit Marks(const Tokenizer& tokenizer);

  /// Their places in a text: the leftmost first, and of several at one place the longest.
  std::vector<ByteSpan> find(std::string_view text) const;

 private:
  std::array<std::vector<std::string>, 256> by_first_byte_;  // longest first
};

/// How many marks the messages of a conversation spell, wherever a text in them is.
int64_t count_marks(const Marks& marks, const nlohmann::ordered_json& messages);

/// Marks in messages that are to stay text: a character that is in no text of theirs is put in
/// front of each before a template sees them, and taken out of what it makes.
class MarkGuards {
 public:
  /// Changes `messages`.
  MarkGuards(const Marks& marks, nlohmann::ordered_json& messages);
  /// Takes the characters out of `text`; where each was.
  std::vector<size_t> take_out(std::string& text) const;
  size_t bytes() const { return guard_.size(); }  ///< of one

 private:
  std::string guard_;
};

}  // namespace twofold::chat
