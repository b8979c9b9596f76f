#include "unicode/words.h"

#include "unicode/character.h"

namespace twofold {

std::string_view without_spaces_behind(std::string_view text) {
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    at += character.bytes;
    if (!is_space(character.code)) end = at;
  }
  return text.substr(0, end);
}

std::string_view without_spaces_around(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size() && is_space(character_at(text, begin).code)) {
    begin += character_at(text, begin).bytes;
  }
  return without_spaces_behind(text.substr(begin));
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    const bool space = is_space(character.code);
    if (!space && !inside) words.emplace_back();
    if (!space) words.back() += text.substr(at, character.bytes);
    inside = !space;
    at += character.bytes;
  }
  return words;
}

}  // namespace twofold
