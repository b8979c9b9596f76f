#pragma once
// Text as tokens make it: in whole UTF-8 characters, and up to a stop.

#include <functional>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// Decodes a growing list of ids and hands on what has become certain. Marks that are not text
/// leave none.
class TextStream {
 public:
  using Emit = std::function<void(const std::string&)>;

  /// `prompt` is what the ids follow (a decoder may depend on it); it is not handed on. `stops`
  /// must not be empty texts.
  TextStream(const Tokenizer& tokenizer, std::vector<int32_t> prompt,
             std::vector<std::string> stops, Emit emit);

  /// Adds an id; false if a stop has been reached (nothing from it on is handed on).
  bool add(int32_t id);
  /// Hands on what was held back: half a character, the beginning of a stop.
  void finish();

 private:
  size_t certain() const;
  /// Drops the oldest ids once all of their text is handed on: decoding stays cheap.
  void forget();

  const Tokenizer& tokenizer_;
  std::vector<int32_t> ids_;
  std::vector<std::string> stops_;
  Emit emit_;
  std::string text_;    ///< of the ids that are kept
  size_t done_ = 0;     ///< bytes of it that are the prompt's or were handed on
  bool ended_ = false;  ///< at a stop
};

}  // namespace twofold
