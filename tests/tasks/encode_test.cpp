#include "tasks/encode.h"

#include <gtest/gtest.h>

#include "tokenizer/tokenizer.h"

namespace twofold::tasks {
namespace {

using Ids = std::vector<int32_t>;

/// Bytes, but "ab" is one token, 1000, and "<s>" another, 1001, which is put in front of texts.
class Merging : public Tokenizer {
 public:
  Ids encode(std::string_view text) const override {
    Ids ids;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text.substr(i, 2) == "ab") {
        ids.push_back(1000);
        i += 1;
      } else if (text.substr(i, 3) == "<s>") {
        ids.push_back(1001);
        i += 2;
      } else {
        ids.push_back(static_cast<unsigned char>(text[i]));
      }
    }
    return ids;
  }
  Ids encode_ordinary(std::string_view text) const override { return encode(text); }
  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids)
      text += id == 1001 ? "<s>" : id == 1000 ? "ab" : std::string(1, static_cast<char>(id));
    return text;
  }
  Ids with_special(Ids ids) const override {
    ids.insert(ids.begin(), 1001);
    return ids;
  }
  int32_t eot_token() const override { return 1001; }
  int64_t vocab_size() const override { return 1002; }
};

const Merging kTokenizer;

TEST(Encoder, MovesSpacesAtTheContextsEndToTheContinuation) {
  Encoder encoder(kTokenizer, {.begin = 1001});
  const Continuation pair = encoder.pair("x \n\u00A0", "y");
  EXPECT_EQ(pair.context, (Ids{1001, 'x'}));
  EXPECT_EQ(pair.tokens, (Ids{' ', '\n', 0xC2, 0xA0, 'y'}));
}

TEST(Encoder, ReadsATextWithoutContextAfterTheTokenThatBeginsTexts) {
  Encoder encoder(kTokenizer, {.begin = 1001});
  EXPECT_EQ(encoder.pair("", "xy").context, Ids{1001});
  EXPECT_EQ(encoder.pair("", "xy").tokens, (Ids{'x', 'y'}));
  EXPECT_EQ(encoder.pair("", "<s>y").tokens, Ids{'y'});  // it is there once
}

TEST(Encoder, PutsNoSpecialTokensAroundATextThatSpellsThem) {
  Encoder encoder(kTokenizer, {.begin = 1001});
  EXPECT_EQ(encoder.encode("<s>x"), (Ids{1001, 'x'}));
  EXPECT_EQ(encoder.encode("x"), (Ids{1001, 'x'}));
  EXPECT_EQ(Encoder(kTokenizer, {.begin = 1001, .special = false}).encode("x"), Ids{'x'});
}

TEST(Encoder, MayGiveATextOneSpaceOnly) {
  Encoder encoder(kTokenizer, {.begin = 1001, .special = false, .one_space = true});
  EXPECT_EQ(encoder.encode(" x"), Ids{'x'});
  EXPECT_EQ(encoder.encode("  x"), (Ids{' ', 'x'}));
  EXPECT_EQ(encoder.encode(" "), Ids{' '});
}

TEST(Encoder, MayLeaveOutCharactersWithoutAToken) {
  Encoder encoder(kTokenizer, {.begin = 1001, .special = false, .left_out = 'q'});
  EXPECT_EQ(encoder.encode("xaqb"), (Ids{'x', 1000}));  // what is around them may merge
  EXPECT_EQ(encoder.encode("qé"), (Ids{0xC3, 0xA9}));
  EXPECT_TRUE(encoder.encode("qq").empty());
}

TEST(Encoder, ScoresAMergeWithTheAnswer) {
  Encoder encoder(kTokenizer, {.begin = 1001});
  const Continuation pair = encoder.pair("xa", "b");
  EXPECT_EQ(pair.context, (Ids{1001, 'x'}));
  EXPECT_EQ(pair.tokens, Ids{1000});
  EXPECT_EQ(encoder.merged(), 1);
  EXPECT_TRUE(encoder.pair("x", "").tokens.empty());  // nothing merged, nothing to score
  EXPECT_EQ(encoder.merged(), 1);
}

TEST(Encoder, TakesWhatIsLongerThanTheContextsIds) {
  Encoder encoder(kTokenizer, {.begin = 1001, .special = false});
  const Continuation pair = encoder.pair("xa", "bcd");  // lm-eval's rule: by count, not by match
  EXPECT_EQ(pair.context, (Ids{'x', 'a'}));
  EXPECT_EQ(pair.tokens, (Ids{'c', 'd'}));
}

TEST(Encoder, CutsATextIntoWindowsThatMeet) {
  Encoder encoder(kTokenizer, {.begin = 1001, .special = false});
  const auto windows = encoder.windows("cdefghi", 3);
  ASSERT_EQ(windows.size(), 3);
  EXPECT_EQ(windows[0].context, Ids{1001});
  EXPECT_EQ(windows[0].tokens, (Ids{'c', 'd', 'e'}));
  EXPECT_EQ(windows[1].context, Ids{'e'});
  EXPECT_EQ(windows[1].tokens, (Ids{'f', 'g', 'h'}));
  EXPECT_EQ(windows[2].context, (Ids{'f', 'g', 'h'}));
  EXPECT_EQ(windows[2].tokens, Ids{'i'});
  EXPECT_TRUE(encoder.windows("", 3).empty());
}

}  // namespace
}  // namespace twofold::tasks
