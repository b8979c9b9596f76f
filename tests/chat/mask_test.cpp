#include "chat/mask.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace twofold::chat {
namespace {

/// Ids stand for these texts.
class Pieces : public Tokenizer {
 public:
  explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  std::vector<int32_t> encode(std::string_view /*text*/) const override { return {}; }
  std::vector<int32_t> encode_ordinary(std::string_view /*text*/) const override { return {}; }
  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) text += pieces_[static_cast<size_t>(id)];
    return text;
  }
  int32_t eot_token() const override { return 0; }
  int64_t vocab_size() const override { return static_cast<int64_t>(pieces_.size()); }

 private:
  std::vector<std::string> pieces_;
};

std::vector<std::pair<size_t, size_t>> places(const std::vector<std::string>& pieces,
                                              const Trimming& trimming = {}) {
  std::vector<int32_t> ids;
  std::string text;
  for (const std::string& piece : pieces) {
    ids.push_back(static_cast<int32_t>(ids.size()));
    text += piece;
  }
  std::vector<std::pair<size_t, size_t>> made;
  for (const jinja::Span& one : offsets_of(Pieces(pieces), ids, text, trimming)) {
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

TEST(Offsets, AreNotKnownWhereTokensAreNotTheText) {
  const std::vector<int32_t> ids = {0};
  EXPECT_THROW(offsets_of(Pieces({"a"}), ids, "A", {}), Error);
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

}  // namespace
}  // namespace twofold::chat
