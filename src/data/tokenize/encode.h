#pragma once
// Examples to token ids, and which of these are learnt.

#include <cstdint>
#include <string>
#include <vector>

#include "chat/encode.h"
#include "chat/layout.h"
#include "data/forms/example.h"
#include "data/tokenize/tokenize.h"
#include "data/tokenize/train_on.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

struct Encoded {
  std::vector<int32_t> ids = {};
  std::vector<uint8_t> trained = {};  ///< of each id: 1 if it is learnt, else 0
  bool ended = false;                 ///< the last one is the mark of its end
  int64_t marks = 0;                  ///< special tokens that its texts spell
};

/// How conversations are written for the tokenizer of these settings.
chat::Layout layout_of(const TokenizerConfig& settings, const Tokenizer& tokenizer);

/// Safe on many threads.
class ExampleEncoder {
 public:
  /// Both are kept by reference. Conversations are written by the template beside the tokenizer, or
  /// as chat/layout.h says.
  ExampleEncoder(const TokenizeConfig& config, const Tokenizer& tokenizer, TrainOn train_on);

  /// The tokens of an example. A text has its special tokens as ordinary characters; those of a
  /// prompt, a completion and a message are as data/content_marks says. The special tokens that a
  /// model expects are around a text or a completion if the settings ask for them. A completion is
  /// followed by the end-of-text token, which is learnt as well.
  Encoded encode(const forms::Example& example) const;

  /// How conversations are written.
  const chat::Layout& layout() const { return layout_; }
  /// The ids that end a text, and a turn as conversations are written.
  const std::vector<int32_t>& ends() const { return ends_; }

 private:
  Encoded encode_text(const forms::Text& text) const;
  Encoded encode_completion(const forms::Completion& completion) const;
  Encoded encode_conversation(const forms::Conversation& conversation) const;
  Encoded encode_instruction(const forms::Instruction& instruction) const;
  /// With the tokens around a text, if they are wanted.
  Encoded with_special(Encoded made) const;
  bool is_ended(const std::vector<int32_t>& ids) const;
  /// Ends it with the token that ends a text.
  void end(Encoded& made, uint8_t trained) const;

  const TokenizeConfig& config_;
  const Tokenizer& tokenizer_;
  TrainOn train_on_;
  chat::Layout layout_;
  std::vector<int32_t> ends_;
  chat::Marks marks_;
  chat::Encoder conversations_;
};

}  // namespace twofold
