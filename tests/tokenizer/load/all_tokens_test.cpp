#include "tokenizer/load/all_tokens.h"

#include <gmock/gmock.h>

#include "tokenizer/ranks.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;

hf::AddedToken token(const std::string& text, int32_t id = -1, bool special = false) {
  hf::AddedToken made;
  made.id = id;
  made.content = made.pattern = text;
  made.special = special;
  return made;
}

/// Ten tokens, of which "word" is 4.
const Vocabulary kTen = {.find = [](const std::string& text) -> std::optional<int64_t> {
                           if (text == "word") return 4;
                           return std::nullopt;
                         },
                         .size = 10};

TEST(AllTokens, HaveTheVocabularysIdsAndThenTheNextOnes) {
  FilesBeside beside;
  beside.listed = {token("<a>", 11), token("<b>", 12)};
  beside.named = {token("<pad>", -1, true), token("word", -1, true), token("<a>", -1, true)};
  const auto all = with_tokens_beside({token("<s>", 10, true)}, beside, kTen);
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[1].id, 11);
  EXPECT_TRUE(all[1].special);  // it has a purpose
  EXPECT_FALSE(all[2].special);
  EXPECT_EQ(all[3].id, 13);
  EXPECT_EQ(all[4].id, 4);
}

TEST(AllTokens, AreRefusedWhereTheyAreListedWithOtherIds) {
  for (const hf::AddedToken& listed : {token("<a>", 12), token("word", 10)}) {
    FilesBeside beside;
    beside.listed = {listed};
    beside.list = "folder/added_tokens.json";
    EXPECT_THAT(error_of([&] { with_tokens_beside({}, beside, kTen); }),
                AllOf(HasSubstr("folder/added_tokens.json"), HasSubstr(listed.content),
                      HasSubstr(std::to_string(listed.id))));
  }
}

TEST(AllTokens, MayReplaceAPlaceholderOfASentencePieceModel) {
  FilesBeside beside;
  beside.listed = {token("<|im_start|>", 7), token("<|im_end|>", 10)};
  Vocabulary pieces = kTen;
  pieces.renamed = true;
  const auto all = with_tokens_beside({}, beside, pieces);
  EXPECT_EQ(all[0].id, 7);
  EXPECT_EQ(all[1].id, 10);
}

TEST(AllTokens, EndADocumentByNameOrElseById) {
  FilesBeside beside;
  const std::vector<hf::AddedToken> tokens = {token("<e>", 12)};
  EXPECT_FALSE(end_beside(beside, tokens, kTen).has_value());
  beside.end_id = 3;
  EXPECT_EQ(end_beside(beside, tokens, kTen), 3);
  beside.end_id = 13;  // of some other vocabulary
  EXPECT_FALSE(end_beside(beside, tokens, kTen).has_value());
  beside.eos = "word";
  EXPECT_EQ(end_beside(beside, tokens, kTen), 4);
  beside.eos = "<e>";
  EXPECT_EQ(end_beside(beside, tokens, kTen), 12);
}

}  // namespace
}  // namespace twofold
