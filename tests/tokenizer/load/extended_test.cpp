#include "tokenizer/load/extended.h"

#include <gmock/gmock.h>

#include "tokenizer/plain/plain.h"

namespace twofold {
namespace {

using Ids = std::vector<int32_t>;
constexpr const char* kMark = "\u2581";  // three bytes of the tokenizer beneath

hf::AddedToken token(const std::string& text, int32_t id, bool special) {
  hf::AddedToken made;
  made.id = id;
  made.content = made.pattern = text;
  made.special = special;
  return made;
}

/// Of 257 bytes and `<s>` (special), `<a>`.
ExtendedTokenizer bytes_with(TokenizerExtension extension) {
  extension.tokens = {token("<s>", 257, true), token("<a>", 258, false)};
  return {make_bytes_tokenizer(), std::move(extension)};
}

Ids bytes_of(const std::string& text) { return make_bytes_tokenizer()->encode(text); }

Ids joined(const std::vector<Ids>& parts) {
  Ids all;
  for (const Ids& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(ExtendedTokenizer, CutsItsTokensOutOfTheText) {
  const auto tokenizer = bytes_with({});
  EXPECT_EQ(tokenizer.encode("x<s><a>y"), (Ids{'x', 257, 258, 'y'}));
  EXPECT_EQ(tokenizer.encode_ordinary("<s><a>"), (Ids{'<', 's', '>', 258}));
  EXPECT_EQ(tokenizer.decode(Ids{257, 'x', 258}), "<s>x<a>");
  EXPECT_EQ(tokenizer.vocab_size(), 259);
  EXPECT_TRUE(tokenizer.is_special(257));
  EXPECT_TRUE(tokenizer.is_special(256));
  EXPECT_FALSE(tokenizer.is_special(258));
  EXPECT_EQ(tokenizer.find("<a>"), 258);
}

TEST(ExtendedTokenizer, PutsASpaceInFrontOfTheFirstTextOrOfEach) {
  const auto text = [](const std::string& marked) { return bytes_of(marked); };
  const std::string mark = kMark;
  const auto first = bytes_with({.prefix = SpacePrefix::kFirst});
  EXPECT_EQ(first.encode("x<a>y"), joined({text(mark + "x"), {258}, text("y")}));
  EXPECT_EQ(first.encode("<a>y"), joined({{258}, text("y")}));
  EXPECT_EQ(first.encode(" x"), text(" x"));
  EXPECT_EQ(first.encode(mark + "x"), text(mark + "x"));
  const auto each = bytes_with({.prefix = SpacePrefix::kEach});
  EXPECT_EQ(each.encode("x<a>y<a> z"),
            joined({text(mark + "x"), {258}, text(mark + "y"), {258}, text(" z")}));
  const auto none = bytes_with({.prefix = SpacePrefix::kNone});
  EXPECT_EQ(none.encode("x<a>y"), joined({text("x"), {258}, text("y")}));
}

TEST(ExtendedTokenizer, TakesTheSpaceInFrontAwayAgain) {
  const Ids ids = bytes_of(" x");
  EXPECT_EQ(bytes_with({.prefix = SpacePrefix::kFirst}).decode(ids), "x");
  EXPECT_EQ(bytes_with({.prefix = SpacePrefix::kNone}).decode(ids), " x");
  EXPECT_EQ(bytes_with({.prefix = SpacePrefix::kFirst}).decode(Ids{258, ' ', 'x'}), "<a> x");
}

TEST(ExtendedTokenizer, LeavesSpacesToATokenizerThatStripsThem) {
  const auto tokenizer = bytes_with({.prefix = SpacePrefix::kFirst, .strips = true});
  EXPECT_EQ(tokenizer.encode("  x"), bytes_of(kMark + std::string("x")));
}

TEST(ExtendedTokenizer, RepairsTextWhereThatIsWanted) {
  EXPECT_EQ(bytes_with({.repairs = true}).encode("\xff"), bytes_of("\uFFFD"));
  EXPECT_EQ(bytes_with({}).encode("\xff"), Ids{255});
}

TEST(ExtendedTokenizer, KnowsWhatIsAroundATextAndEndsIt) {
  const auto plain = bytes_with({});
  EXPECT_EQ(plain.eot_token(), 256);
  EXPECT_EQ(plain.with_special({'x'}), Ids{'x'});
  const auto marked = bytes_with({.around = {{.before = {257}, .after = {258}}}, .end = 258});
  EXPECT_EQ(marked.eot_token(), 258);
  EXPECT_EQ(marked.with_special({'x'}), (Ids{257, 'x', 258}));
}

TEST(ExtendedTokenizer, TakesMoreTokens) {
  auto tokenizer = bytes_with({});
  tokenizer.add({token("<a>b", 259, false)});
  EXPECT_EQ(tokenizer.encode("<a>b<a>"), (Ids{259, 258}));
  EXPECT_EQ(tokenizer.vocab_size(), 260);
}

}  // namespace
}  // namespace twofold
