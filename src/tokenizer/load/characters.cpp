#include "tokenizer/load/characters.h"

#include "unicode/character_places.h"

namespace twofold {

std::vector<ByteSpan> characters_of(std::string_view text, std::span<const ByteSpan> offsets) {
  const CharacterPlaces places(text);
  std::vector<ByteSpan> made;
  made.reserve(offsets.size());
  for (const ByteSpan& span : offsets) {
    const size_t begin = places.character_at(span.begin);
    made.push_back({begin, span.begin == span.end ? begin : places.count_before(span.end)});
  }
  return made;
}

}  // namespace twofold
