#include "tokenizer/bpe/rank_file.h"

#include <gmock/gmock.h>

#include "tokenizer/ranks.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_in(const std::string& text) {
  return error_of([&] { parse_ranks(text, "ranks.tiktoken"); });
}

TEST(RankFile, ReadsTokensAndRanks) {
  const RankTable table = parse_ranks(rank_file({"ab", "xyz", "wxyz"}), "r");
  EXPECT_EQ(table.size(), 259u);
  EXPECT_EQ(table.find("xyz"), 257u);
  EXPECT_EQ(table.find("wxyz"), 258u);
  EXPECT_EQ(table.find(std::string(1, '\0')), 0u);
  EXPECT_EQ(table.find("zz"), RankTable::kNone);
  EXPECT_EQ(table.bytes_of(256), "ab");
  EXPECT_EQ(table.bytes_of(259), std::nullopt);
}

TEST(RankFile, AllowsBlankLinesGapsAndCarriageReturns) {
  const RankTable table = parse_ranks(rank_file() + "\n" + base64("ab") + " 1000\r\n", "r");
  EXPECT_EQ(table.find("ab"), 1000u);
  EXPECT_EQ(table.end(), 1001u);
  EXPECT_EQ(table.bytes_of(999), std::nullopt);
}

TEST(RankFile, RefusesMalformedLinesWithTheirNumber) {
  for (const char* line :
       {"YWI=", "YWI= ", "YWI= x", "YWI= 1 2", "YWI=  300", "YW I= 300", "YWI 300", "=WI= 300",
        "YWI= -1", "YWI= 99999999999", " 300", "Y*I= 300"}) {
    EXPECT_THAT(error_in(rank_file() + line + "\n"),
                AllOf(HasSubstr("ranks.tiktoken:257"), HasSubstr("not a line of a rank file")))
        << line;
  }
}

TEST(RankFile, RefusesRanksThatWouldTakeAllMemory) {
  EXPECT_THAT(error_in(rank_file() + "YWI= 4000000000\n"), HasSubstr("rank is too large"));
}

TEST(RankFile, RefusesTokensAndRanksGivenTwice) {
  EXPECT_THAT(error_in(rank_file({"ab"}) + base64("ab") + " 300\n"), HasSubstr("twice"));
  EXPECT_THAT(error_in(rank_file({"ab"}) + base64("cd") + " 256\n"), HasSubstr("twice"));
}

TEST(RankFile, RefusesAVocabularyWithoutEveryByte) {
  std::string text = rank_file();
  text.erase(text.rfind('\n', text.size() - 2) + 1);
  EXPECT_THAT(error_in(text), HasSubstr("0xFF"));
  EXPECT_THAT(error_in(""), HasSubstr("0x00"));
}

TEST(RankFile, ReadsMergesInGpt2sAlphabet) {
  const RankTable table =
      parse_ranks("#version: 0.2\n\u0120 t\n\u0120t h\n\u010a \u010a\n", "vocab.bpe");
  EXPECT_EQ(table.find("!"), 0u);
  EXPECT_EQ(table.find(std::string(1, '\0')), 188u);  // the first byte that is not printable
  EXPECT_EQ(table.find(" t"), 256u);
  EXPECT_EQ(table.find(" th"), 257u);
  EXPECT_EQ(table.find("\n\n"), 258u);
}

TEST(RankFile, RefusesBrokenMerges) {
  const std::string version = "#version: 0.2\n";
  EXPECT_THAT(error_in(version + "ab\n"), HasSubstr("not a line of vocab.bpe"));
  EXPECT_THAT(error_in(version + "a \u4e00\n"), HasSubstr("not a line of vocab.bpe"));
  EXPECT_THAT(error_in(version + "a bc\n"), HasSubstr("not there yet"));
  EXPECT_THAT(error_in(version + "a b\na b\n"), AllOf(HasSubstr("twice"), HasSubstr(":3")));
}

}  // namespace
}  // namespace twofold
