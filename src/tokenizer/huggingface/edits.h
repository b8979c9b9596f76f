#pragma once
// What a pass over a text changed, so that places in the new text can be found in the old one.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "twofold/tokenizer_interface.h"

namespace twofold::hf {

/// The changes of one pass, in the order of the text; all between them is as it was.
class Edits {
 public:
  /// Bytes begin … end of the old text became `length` bytes; begin = end puts something in.
  void replace(size_t begin, size_t end, size_t length);
  /// `length` bytes were put in front of `text`: they stand for its first character, as it does.
  void put_in_front(std::string_view text, size_t length);
  bool empty() const { return edits_.empty(); }
  /// What bytes of the new text were in the old one: a changed part counts as a whole.
  ByteSpan before(ByteSpan span) const;

 private:
  struct Edit {
    size_t begin, end;   // in the old text
    size_t made, until;  // in the new one
  };
  /// The last edit whose bytes begin at or before byte `at` of the new text; null if there is none.
  const Edit* at_or_before(size_t at) const;

  std::vector<Edit> edits_;
};

/// The passes of a text, in their order.
using Passes = std::vector<Edits>;

/// What replacing each `from` (not empty) of `text` by `length` bytes changes.
Edits replaced(std::string_view text, const std::string& from, size_t length);

}  // namespace twofold::hf
