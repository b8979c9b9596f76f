#include "tokenizer/tokenizer.h"

#include <gmock/gmock.h>

#include "ranks.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

std::unique_ptr<Tokenizer> make(const std::string& backend) {
  TokenizerConfig config;
  config.backend = backend;
  return make_tokenizer(config);
}

TEST(BytesTokenizer, KeepsAnyBytes) {
  const auto tokenizer = make("bytes");
  std::string all;
  for (int b = 0; b < 256; ++b) all += static_cast<char>(b);
  EXPECT_EQ(tokenizer->encode("a\xff"), (Ids{97, 255}));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(all)), all);
  EXPECT_EQ(tokenizer->encode_ordinary(all), tokenizer->encode(all));
  EXPECT_EQ(tokenizer->eot_token(), 256);
  EXPECT_EQ(tokenizer->vocab_size(), 257);
  EXPECT_EQ(tokenizer->decode(Ids{104, 105, 256}), "hi");
}

TEST(BytesTokenizer, RefusesIdsOutsideItsVocabulary) {
  for (int32_t id : {-1, 257}) {
    EXPECT_THAT(error_of([&] {
                  make("bytes")->decode(Ids{0, id});
                }),
                AllOf(HasSubstr("token 1"), HasSubstr(std::to_string(id))));
  }
}

TEST(TrivialTokenizer, ReadsNumbersSeparatedBySpaces) {
  const auto tokenizer = make("trivial");
  EXPECT_EQ(tokenizer->encode("5 0 2147483647"), (Ids{5, 0, 2147483647}));
  EXPECT_EQ(tokenizer->encode(""), Ids{});
  EXPECT_EQ(tokenizer->decode(Ids{5, 0, 17}), "5 0 17");
  EXPECT_EQ(tokenizer->eot_token(), 0);
  EXPECT_GT(tokenizer->vocab_size(), 2147483647);
}

TEST(TrivialTokenizer, RefusesAnythingElseWithItsPlace) {
  for (const char* text : {"5 x", "5 ", "5  6", "5 -1", "5 2147483648", "5 1.0", "5 +1", "5 7\n"}) {
    EXPECT_THAT(error_of([&] { make("trivial")->encode(text); }),
                AllOf(HasSubstr("not a token id"), HasSubstr("byte 2")))
        << text;
  }
}

TEST(MakeTokenizer, RefusesAnUnknownBackendWithNearNames) {
  EXPECT_THAT(error_of([] { make("tiktokn"); }),
              AllOf(HasSubstr("tiktokn"), HasSubstr("did you mean"), HasSubstr("bytes")));
}

TEST(TokenizerConfig, DeclaresItsKeysWithTheReferencesDefaults) {
  TokenizerConfig config;
  config::Fields fields;
  config.declare(fields);
  config::load(fields, {.text = "tokenizer:\n  backend: bytes\n", .name = "c.yaml"});
  EXPECT_EQ(config.backend, "bytes");
  EXPECT_EQ(config.name, "cl100k_base");
  EXPECT_THAT(error_of([&] {
                config::load(fields, {.text = "tokenizer:\n  backend: word\n", .name = "c.yaml"});
              }),
              AllOf(HasSubstr("c.yaml:2"), HasSubstr("tiktoken")));
}

}  // namespace
}  // namespace twofold
