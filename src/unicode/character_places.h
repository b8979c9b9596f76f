#pragma once
// Places in a text, by bytes and by characters.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "unicode/utf8.h"

namespace twofold {

/// The characters of one text (valid UTF-8) by their bytes.
class CharacterPlaces {
 public:
  explicit CharacterPlaces(std::string_view text);

  /// The character that has byte `at`; the number of characters for the end of the text.
  size_t character_at(size_t at) const {
    return before_[at] - (inside_character(text_, at) ? 1 : 0);
  }
  /// How many characters begin before byte `at`.
  size_t count_before(size_t at) const { return before_[at]; }
  /// The byte at which a character begins; the text's end for those behind the last one.
  size_t byte_of(size_t character) const;

 private:
  std::string_view text_;
  std::vector<uint32_t> before_;  // characters that begin before each byte, and before the end
};

}  // namespace twofold
