#include "chat/mask.h"

#include <gtest/gtest.h>

namespace twofold::chat {
namespace {

/// Of tokens that are these texts.
std::vector<std::pair<size_t, size_t>> places(const std::vector<std::string>& pieces,
                                              const Trimming& trimming = {}) {
  std::vector<ByteSpan> tokens;
  std::string text;
  for (const std::string& piece : pieces) {
    tokens.push_back({text.size(), text.size() + piece.size()});
    text += piece;
  }
  std::vector<std::pair<size_t, size_t>> made;
  for (const jinja::Span& one : characters_of(tokens, text, trimming)) {
    made.emplace_back(one.begin, one.end);
  }
  return made;
}

using Places = std::vector<std::pair<size_t, size_t>>;

TEST(Offsets, CountCharacters) {
  EXPECT_EQ(places({"a", "é", " b"}), (Places{{0, 1}, {1, 2}, {2, 4}}));
}

TEST(Offsets, MayLeaveSpacesToNobody) {
  const std::vector<std::string> pieces = {" a", " b ", "  ", "\n"};
  EXPECT_EQ(places(pieces, {.spaces = true}), (Places{{1, 2}, {3, 4}, {7, 7}, {7, 8}}));
  EXPECT_EQ(places(pieces, {.spaces = true, .keeps_first = true}),
            (Places{{0, 2}, {3, 4}, {7, 7}, {7, 8}}));
}

TEST(Offsets, AllTokensOfACharacterHaveIt) {
  EXPECT_EQ(places({"x", "\xe6\x97", "\xa5y", "z"}), (Places{{0, 1}, {1, 2}, {1, 3}, {3, 4}}));
}

TEST(Mask, HoldsTheTokensOfASpan) {
  const Offsets tokens = {{0, 2}, {2, 4}, {4, 6}, {6, 8}};
  const auto mask = [&](std::vector<jinja::Span> spans) { return mask_of(tokens, spans); };
  EXPECT_EQ(mask({{2, 4}}), (std::vector{0, 1, 0, 0}));
  EXPECT_EQ(mask({{3, 5}}), (std::vector{0, 1, 1, 0}));
  EXPECT_EQ(mask({{0, 1}, {6, 8}}),
            (std::vector{1, 1, 1, 1}));  // transformers takes token 0 for none
  EXPECT_EQ(mask({{9, 10}, {2, 4}}), (std::vector{0, 0, 0, 0}));
  EXPECT_EQ(mask({{4, 99}}), (std::vector{0, 0, 1, 1}));
  EXPECT_EQ(mask({}), (std::vector{0, 0, 0, 0}));
}

TEST(Mask, HasTheTokensWithAByteOfASpan) {
  const std::vector<ByteSpan> tokens = {{0, 0}, {0, 2}, {2, 4}, {4, 6}, {6, 8}};
  EXPECT_EQ(trained_tokens(tokens, {{3, 5}}), (std::vector<uint8_t>{0, 0, 1, 1, 0}));
  EXPECT_EQ(trained_tokens(tokens, {{6, 8}, {0, 1}}), (std::vector<uint8_t>{0, 1, 0, 0, 1}));
  EXPECT_EQ(trained_tokens(tokens, {{4, 4}}), (std::vector<uint8_t>{0, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace twofold::chat
