#pragma once
// Conversations as token ids, and which of them a model is to learn to write.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "chat/content_marks.h"
#include "chat/marks.h"
#include "chat/templates.h"
#include "twofold/tokenizer_interface.h"

namespace twofold::chat {

/// What of a conversation is trained on.
struct Wanted {
  std::vector<bool> messages = {};  ///< for each: whether it is
  bool rest = false;                ///< and what the template puts around them
};

struct EncodedConversation {
  std::vector<int32_t> ids = {};
  std::vector<uint8_t> trained = {};  ///< 1 for each id that is learnt
  int64_t marks = 0;                  ///< special tokens that messages spell
};

class Encoder {
 public:
  /// Both are kept by reference.
  Encoder(const Templates& templates, const Tokenizer& tokenizer, ContentMarks content_marks);

  /// The conversation's text is tokenized as a whole, its marks as ids. Of an assistant's message,
  /// what {% generation %} blocks wrote is learnt, where the template has them; else all from
  /// behind the prompt that asks for it to the mark that ends the turn. An Error if the template
  /// refuses the row, or if that part cannot be told.
  EncodedConversation encode(nlohmann::ordered_json row, const Wanted& wanted) const;

 private:
  struct Written;
  Written write(const nlohmann::ordered_json& variables,
                const std::optional<MarkGuards>& guards) const;
  /// The parts of the text that are learnt.
  std::vector<ByteSpan> learnt(nlohmann::ordered_json& variables, const Written& written,
                               const Wanted& wanted) const;

  const Templates& templates_;
  const Tokenizer& tokenizer_;
  Marks marks_;
  ContentMarks content_marks_;
};

}  // namespace twofold::chat
