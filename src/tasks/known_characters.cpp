#include "tasks/known_characters.h"

#include <algorithm>

#include "unicode/character.h"

namespace twofold::tasks {

bool KnownCharacters::is_known(const std::string& character, uint32_t code) {
  const auto [place, first] = met_.try_emplace(code, true);
  if (first) place->second = std::ranges::count(tokenizer_.encode(character), unknown_) == 0;
  return place->second;
}

std::string KnownCharacters::only(const std::string& text) {
  std::string known;
  for (size_t at = 0; at < text.size();) {
    const auto [code, bytes] = character_at(text, at);
    const std::string character = text.substr(at, bytes);
    if (is_known(character, code)) known += character;
    at += bytes;
  }
  return known;
}

}  // namespace twofold::tasks
