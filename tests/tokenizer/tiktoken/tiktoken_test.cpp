#include "tokenizer/tiktoken/tiktoken.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tokenizer/bpe/rank_file.h"
#include "tokenizer/load/make.h"
#include "tokenizer/ranks.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

TiktokenTokenizer small() {
  Encoding encoding{"small",   find_encoding("cl100k_base").pattern,
                    0,         {{"<|end|>", 300}, {"<|end|>+", 302}},
                    "<|end|>", {}};
  return {encoding, parse_ranks(rank_file({"ab", " ab", "\xef\xbf\xbd", "  "}), "r"), "r"};
}

TEST(Tiktoken, EncodesPiecesAndSpecialTokens) {
  const TiktokenTokenizer tokenizer = small();
  EXPECT_EQ(tokenizer.encode("ab ab"), (Ids{256, 257}));
  EXPECT_EQ(tokenizer.encode("ab<|end|>ab"), (Ids{256, 300, 256}));
  EXPECT_EQ(tokenizer.encode("<|end|>+<|end|>"), (Ids{302, 300}));
  EXPECT_EQ(tokenizer.encode_ordinary("<|end|>"), (Ids{'<', '|', 'e', 'n', 'd', '|', '>'}));
  EXPECT_EQ(tokenizer.encode(""), Ids{});
  EXPECT_EQ(tokenizer.eot_token(), 300);
  EXPECT_EQ(tokenizer.vocab_size(), 303);
}

TEST(Tiktoken, ASpecialTokenEndsThePieceBeforeIt) {
  // Before the end of its text a white-space run stays whole; before a letter its last one goes.
  EXPECT_EQ(small().encode("  <|end|>"), (Ids{259, 300}));
  EXPECT_EQ(small().encode("  ab"), (Ids{' ', 257}));
}

TEST(Tiktoken, DecodesSpecialsHolesAndCharactersInParts) {
  const TiktokenTokenizer tokenizer = small();
  EXPECT_EQ(tokenizer.decode(Ids{256, 300, 257}), "ab<|end|> ab");
  EXPECT_EQ(tokenizer.decode(Ids{0xe4}), "\xe4");
  EXPECT_EQ(tokenizer.decode(Ids{299, 97}), "\uFFFDa");  // no token has 299
  for (int32_t id : {-1, 303}) {
    EXPECT_THAT(error_of([&] { tokenizer.decode(Ids{id}); }), HasSubstr(std::to_string(id)));
  }
}

TEST(Tiktoken, TakesIllFormedTextAsPythonWould) {
  EXPECT_EQ(small().encode("ab\xff"), (Ids{256, 258}));
  EXPECT_EQ(small().encode_ordinary("ab\xff"), (Ids{256, 258}));
}

TEST(Tiktoken, RefusesRanksThatHideASpecialToken) {
  Encoding encoding = find_encoding("cl100k_base");
  encoding.specials = {{"<|end|>", 256}};
  encoding.eot = "<|end|>";
  EXPECT_THAT(
      error_of([&] { TiktokenTokenizer(encoding, parse_ranks(rank_file({"ab"}), "r"), "r"); }),
      AllOf(HasSubstr("id of a special token"), HasSubstr("<|end|>")));
}

TEST(Tiktoken, KnowsTheSpecialTokensOfEachEncoding) {
  auto id = [](const char* name, const std::string& text) {
    for (const auto& [special, value] : find_encoding(name).specials) {
      if (special == text) return value;
    }
    return -1;
  };
  EXPECT_EQ(id("cl100k_base", "<|endoftext|>"), 100257);
  EXPECT_EQ(id("cl100k_base", "<|im_start|>"), 100264);
  EXPECT_EQ(id("cl100k_base", "<|im_end|>"), 100265);
  EXPECT_EQ(id("cl100k_base", "<|endofprompt|>"), 100276);
  EXPECT_EQ(id("o200k_base", "<|endofprompt|>"), 200018);
  EXPECT_EQ(id("o200k_base", "<|im_start|>"), -1);
  EXPECT_EQ(id("p50k_edit", "<|fim_suffix|>"), 50283);
  EXPECT_EQ(id("llama3", "<|reserved_special_token_4|>"), 128008);
  EXPECT_EQ(id("llama3", "<|reserved_special_token_250|>"), 128255);
  EXPECT_EQ(find_encoding("llama3").specials.size(), 256u);
}

TEST(Tiktoken, RefusesAnUnknownEncodingWithNearNames) {
  EXPECT_THAT(error_of([] { find_encoding("cl100k"); }), HasSubstr("did you mean `cl100k_base`"));
}

// ── where rank files are found
// ────────────────────────────────────────────────────────────────────

class RankFileSearch : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        Path(testing::TempDir()) / ("twofold_ranks_" + std::to_string(getpid()) + "_" +
                                    testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    setenv("TIKTOKEN_CACHE_DIR", folder_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("TIKTOKEN_CACHE_DIR");
    std::filesystem::remove_all(folder_);
  }
  void put(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  Path folder_;
  TokenizerConfig config_;
};

TEST_F(RankFileSearch, SaysWhereItLookedAndHowToGiveTheFile) {
  config_.name = "o200k_base";
  EXPECT_THAT(error_of([&] { make_tokenizer(config_); }),
              AllOf(HasSubstr((folder_ / "o200k_base.tiktoken").string()),
                    HasSubstr((std::filesystem::current_path() / "o200k_base.tiktoken").string()),
                    HasSubstr("tokenizer.file=")));
}

TEST_F(RankFileSearch, FindsFilesByNameAndAsPythonCachesThem) {
  put("9b5ad71b2ce5302211f9c61530b329a4922fc6a4", "");
  const Encoding encoding = find_encoding("cl100k_base");
  EXPECT_EQ(find_rank_file(config_.file, encoding),
            folder_ / "9b5ad71b2ce5302211f9c61530b329a4922fc6a4");
  put("cl100k_base.tiktoken", "");
  EXPECT_EQ(find_rank_file(config_.file, encoding), folder_ / "cl100k_base.tiktoken");
  config_.file = "given";
  EXPECT_EQ(find_rank_file(config_.file, encoding), "given");
}

TEST_F(RankFileSearch, RefusesTheFileOfAnotherEncoding) {
  put("cl100k_base.tiktoken", rank_file({"ab"}));
  EXPECT_THAT(error_of([&] { make_tokenizer(config_); }),
              AllOf(HasSubstr("another encoding"), HasSubstr("100256"), HasSubstr("257")));
}

TEST_F(RankFileSearch, NamesAFileThatCannotBeRead) {
  config_.file = (folder_ / "absent.tiktoken").string();
  EXPECT_THAT(error_of([&] { make_tokenizer(config_); }), HasSubstr("absent.tiktoken"));
}

}  // namespace
}  // namespace twofold
