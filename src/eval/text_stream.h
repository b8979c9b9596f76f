#pragma once
// The text of ids as they arrive: UTF-8 in whole characters, and up to a stop.

#include <functional>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// Whether a model that draws `id` writes something: no mark, and no row that has no token.
bool is_text(const Tokenizer& tokenizer, int32_t id);

/// Decodes a growing list of ids and passes on the text that later ids cannot change. Special
/// tokens give no text; bytes that are not UTF-8 become U+FFFD, as in `decode`.
class TextStream {
 public:
  using Emit = std::function<void(const std::string&)>;

  /// The ids follow `prompt`, on which their text may depend; the prompt itself is not passed on.
  /// `stops` must not be empty texts.
  TextStream(const Tokenizer& tokenizer, std::vector<int32_t> prompt,
             std::vector<std::string> stops, Emit emit);

  /// Adds an id; returns false if a stop has been reached. The stop and what follows it are not
  /// passed on.
  bool add(int32_t id);
  /// Passes on what was held back: half a character, the beginning of a stop.
  void finish();

 private:
  std::string decoded() const;
  /// Replaces the text by that of one id more.
  void grow(std::string text);
  size_t certain() const;
  /// Drops the oldest ids once all their text has been passed on, so that decoding stays cheap.
  void forget();

  const Tokenizer& tokenizer_;
  std::vector<int32_t> ids_;
  std::vector<std::string> stops_;
  Emit emit_;
  std::string text_;    ///< of the ids that are kept
  size_t done_ = 0;     ///< bytes of text_ that are the prompt's or were passed on
  bool ended_ = false;  ///< at a stop
};

}  // namespace twofold
