#pragma once
// Questions as ids, by the rules of lm-eval.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tasks/continuation.h"
#include "tasks/known_characters.h"
#include "tokenizer/tokenizer.h"

namespace twofold::tasks {

struct Reading {
  /// What a text without a context is read after: the token that begins texts, else the one that
  /// ends them.
  int32_t begin = 0;
  bool special = true;     ///< the model's special tokens are put around texts
  bool one_space = false;  ///< a text that begins with a space is given no other in front
  /// The id that stands for characters without a token, where those are left out instead.
  std::optional<int32_t> left_out = {};
};

class Encoder {
 public:
  Encoder(const Tokenizer& tokenizer, const Reading& reading);

  /// A text with the tokens around it, unless it spells the one that begins texts.
  std::vector<int32_t> encode(const std::string& text) const;
  /// Spaces at the end of the context count to the continuation, whose ids are those that `context
  /// + continuation` has beyond the context's. Where a merge leaves it none, it begins at the first
  /// id that the two texts do not share, and is counted as `merged`.
  Continuation pair(const std::string& context, const std::string& continuation);
  /// A whole text in windows: each predicts up to `positions` ids after one that is known.
  std::vector<Continuation> windows(const std::string& text, int64_t positions) const;

  size_t merged() const { return merged_; }

 private:
  std::vector<int32_t> ids(std::string text) const;

  const Tokenizer& tokenizer_;
  Reading reading_;
  mutable std::optional<KnownCharacters> known_ = {};  ///< remembers what it was asked
  std::string begin_text_;
  size_t merged_ = 0;
};

}  // namespace twofold::tasks
