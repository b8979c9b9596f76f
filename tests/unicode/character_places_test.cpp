#include "unicode/character_places.h"

#include <gtest/gtest.h>

namespace twofold {
namespace {

TEST(CharacterPlaces, CountCharactersByTheirBytes) {
  const CharacterPlaces places("aé日z");  // bytes 0, 1-2, 3-5, 6
  std::vector<size_t> at, before;
  for (size_t byte = 0; byte <= 7; ++byte) {
    at.push_back(places.character_at(byte));
    before.push_back(places.count_before(byte));
  }
  EXPECT_EQ(at, (std::vector<size_t>{0, 1, 1, 2, 2, 2, 3, 4}));
  EXPECT_EQ(before, (std::vector<size_t>{0, 1, 2, 2, 3, 3, 3, 4}));
}

TEST(CharacterPlaces, FindTheByteOfACharacter) {
  const CharacterPlaces places("aé日z");
  std::vector<size_t> bytes;
  for (size_t character = 0; character <= 5; ++character) {
    bytes.push_back(places.byte_of(character));
  }
  EXPECT_EQ(bytes, (std::vector<size_t>{0, 1, 3, 6, 7, 7}));
  EXPECT_EQ(CharacterPlaces("").byte_of(0), 0u);
}

}  // namespace
}  // namespace twofold
