#include "unicode/character_places.h"

#include <algorithm>

namespace twofold {

CharacterPlaces::CharacterPlaces(std::string_view text) : text_(text) {
  before_.reserve(text.size() + 1);
  uint32_t count = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    before_.push_back(count);
    if (!inside_character(text, at)) ++count;
  }
  before_.push_back(count);
}

size_t CharacterPlaces::byte_of(size_t character) const {
  // The first byte with one character more before it than `character` is behind that one's first.
  const auto behind = std::ranges::upper_bound(before_, character);
  return behind == before_.end() ? text_.size() : static_cast<size_t>(behind - before_.begin()) - 1;
}

}  // namespace twofold
