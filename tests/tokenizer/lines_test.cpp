#include "tokenizer/lines.h"

#include <gmock/gmock.h>

#include "ranks.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::unique_ptr<Tokenizer> bytes() {
  TokenizerConfig config;
  config.backend = "bytes";
  return make_tokenizer(config);
}

std::string decode(const char* line, bool skip = true) {
  return decode_line(*bytes(), {.skip_special = skip}, line, "line 3");
}

TEST(Lines, EncodeAndDecodeOneObject) {
  EXPECT_EQ(encode_line(*bytes(), {}, R"({"text": "a\u00e9", "id": 7})", "line 1"),
            R"({"ids":[97,195,169]})");
  EXPECT_EQ(encode_line(*bytes(), {}, R"({"text":""})", "line 1"), R"({"ids":[]})");
  EXPECT_EQ(decode(R"({"ids": [97, 195, 169, 256]})"), "{\"text\":\"a\u00e9\"}");
  EXPECT_EQ(decode(R"({"ids": [195, 97]})"),
            "{\"text\":\"\uFFFD"
            "a\"}");
}

TEST(Lines, RefuseAnythingElseWithTheLine) {
  for (const char* line :
       {"{}", "[]", R"({"text": 5})", R"({"text": "a")", "x", R"({"ids": [1]})"}) {
    EXPECT_THAT(error_of([&] { encode_line(*bytes(), {}, line, "line 3"); }), HasSubstr("line 3"))
        << line;
  }
  for (const char* line : {"{}", R"({"ids": 5})", R"({"ids": [1.5]})", R"({"ids": ["a"]})",
                           R"({"ids": [-1]})", R"({"ids": [18446744073709551615]})"}) {
    EXPECT_THAT(error_of([&] { decode(line); }), HasSubstr("line 3")) << line;
  }
  EXPECT_THAT(error_of([] { decode(R"({"ids": [257]})"); }),
              AllOf(HasSubstr("256"), HasSubstr("257")));
}

}  // namespace
}  // namespace twofold
