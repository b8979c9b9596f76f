#include "tokenizer/load/added_tokens.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "formats/json.h"
#include "support/shared_data.h"
#include "tokenizer/huggingface/tokenizer.h"
#include "tokenizer/load/from_path.h"
#include "tokenizer/load/make.h"
#include "tokenizer/ranks.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;
using Texts = std::vector<std::string>;

std::unique_ptr<Tokenizer> bytes_with(const Texts& texts) {
  TokenizerConfig config;
  config.backend = "bytes";
  config.add_tokens = texts;
  return make_tokenizer(config);
}

TEST(AddedTokens, HaveTheIdsFromTheTokenizersSizeOnInTheirOrder) {
  const auto tokenizer = bytes_with({"<b>", "<a>"});
  EXPECT_EQ(tokenizer->vocab_size(), 259);
  EXPECT_EQ(tokenizer->encode("x<a>y<b><b>"), (Ids{'x', 258, 'y', 257, 257}));
  EXPECT_EQ(tokenizer->encode_ordinary("<a>"), Ids{258});
  EXPECT_EQ(tokenizer->encode(""), Ids{});
  EXPECT_EQ(tokenizer->eot_token(), 256);
  EXPECT_TRUE(tokenizer->is_special(256));
  EXPECT_FALSE(tokenizer->is_special(257));
}

TEST(AddedTokens, AreCutOutLeftmostAndThenLongest) {
  const auto tokenizer = bytes_with({"ab", "abc", "cd", "bcde"});
  EXPECT_EQ(tokenizer->encode("abcde"), (Ids{258, 'd', 'e'}));
  EXPECT_EQ(tokenizer->encode("abd"), (Ids{257, 'd'}));
  EXPECT_EQ(tokenizer->encode("xbcdecd"), (Ids{'x', 260, 259}));
}

TEST(AddedTokens, GiveTheTextBack) {
  const auto tokenizer = bytes_with({"<one>", " two "});
  for (const char* text : {"<one>", "a<one> two two b", "<one><one>", "no new token", ""}) {
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
  }
  EXPECT_THAT(error_of([&] {
                tokenizer->decode(Ids{257, 'a', 259});
              }),
              AllOf(HasSubstr("token 2"), HasSubstr("259")));
}

TEST(AddedTokens, AreRefusedByNameAndIdAllAtOnce) {
  const std::string text = error_of([] { bytes_with({"<a>", "", "q", "<a>"}); });
  EXPECT_THAT(text, AllOf(HasSubstr("without text"), HasSubstr("`q`, id 113"),
                          HasSubstr("added twice"), HasSubstr("`<a>`, id 257")));
  EXPECT_THAT(text, HasSubstr(kAddTokens));
  TokenizerConfig numbers;
  numbers.backend = "trivial";
  numbers.add_tokens = {"<a>"};
  EXPECT_THAT(error_of([&] { make_tokenizer(numbers); }),
              AllOf(HasSubstr(kAddTokens), HasSubstr("2147483648")));
}

/// A tokenizer.json of a few characters; `more` goes into it.
std::unique_ptr<Tokenizer> json_tokenizer(const std::string& more = "",
                                          const std::string& vocabulary = R"("a": 0, "b": 1)") {
  const std::string text = R"({"model": {"type": "BPE", "vocab": {)" + vocabulary +
                           R"(}, "merges": []})" + (more.empty() ? "" : ", " + more) + "}";
  return std::make_unique<hf::HuggingFaceTokenizer>(
      hf::read_tokenizer_json(formats::parse_json(text, "t.json"), "t.json"));
}

TEST(AddedTokens, OfATokenizerJsonAreItsOwn) {
  const auto tokenizer = with_added_tokens(
      json_tokenizer(R"("added_tokens": [{"id": 2, "content": "<s>", "special": true}])"),
      {"<x>", "<x>y"});
  EXPECT_NE(dynamic_cast<const hf::HuggingFaceTokenizer*>(tokenizer.get()), nullptr);
  EXPECT_EQ(tokenizer->encode("a<x>b<s><x>y"), (Ids{0, 3, 1, 2, 4}));
  EXPECT_EQ(tokenizer->vocab_size(), 5);
  EXPECT_FALSE(tokenizer->is_special(3));
  EXPECT_THAT(error_of([] { with_added_tokens(json_tokenizer(), {"b"}); }), HasSubstr("`b`, id 1"));
  EXPECT_THAT(error_of([] { with_added_tokens(json_tokenizer("", R"("a": 0, "b": 5)"), {"<x>"}); }),
              AllOf(HasSubstr("no ids left"), HasSubstr("gaps")));
}

TEST(AddedTokens, GoWithEveryKindOfPublishedTokenizer) {
  SKIP_WITHOUT_SHARED_DATA();
  const Path files = Path(TWOFOLD_SHARED_DATA_DIR) / "tokenizers";
  const Texts added = {"<|new|>", "<tool>", "<tool>x"};
  const std::string text = "Once <tool> upon<tool>x a <|new|><|new|> time, \xc3\xa9t\xc3\xa9";
  for (const char* name : {"gpt2", "qwen2", "llama3", "llama2", "llama2/tokenizer.bin"}) {
    if (!std::filesystem::exists(files / name)) continue;
    const auto plain = tokenizer_from_path(files / name);
    const auto first = static_cast<int32_t>(plain->vocab_size());
    const auto tokenizer = with_added_tokens(tokenizer_from_path(files / name), added);
    const Ids ids = tokenizer->encode(text);
    const Ids news = {first + 1, first + 2, first, first};
    Ids found;
    for (const int32_t id : ids) {
      if (id >= first) found.push_back(id);
    }
    EXPECT_EQ(found, news) << name;
    EXPECT_EQ(tokenizer->decode(ids), text) << name;
    EXPECT_EQ(tokenizer->encode("Once upon a time"), plain->encode("Once upon a time")) << name;
  }
}

}  // namespace
}  // namespace twofold
