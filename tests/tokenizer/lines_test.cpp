#include "tokenizer/lines.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "formats/json.h"
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

std::string encode(const char* line) {
  return encode_line(*bytes(), {}, formats::parse_json_line(line, "line 3"), "line 3");
}

std::string decode(const char* line, bool skip = true) {
  const auto object = formats::parse_json_line(line, "line 3");
  return decode_line(*bytes(), {.skip_special = skip}, object, "line 3");
}

TEST(Lines, EncodeAndDecodeOneObject) {
  EXPECT_EQ(encode(R"({"text": "a\u00e9", "id": 7})"), R"({"ids":[97,195,169]})");
  EXPECT_EQ(encode(R"({"text":""})"), R"({"ids":[]})");
  EXPECT_EQ(decode(R"({"ids": [97, 195, 169, 256]})"), "{\"text\":\"a\u00e9\"}");
  EXPECT_EQ(decode(R"({"ids": [195, 97]})"),
            "{\"text\":\"\uFFFD"
            "a\"}");
}

TEST(Lines, RefuseAnythingElseWithTheLine) {
  for (const char* line :
       {"{}", "[]", R"({"text": 5})", R"({"text": "a")", "x", R"({"ids": [1]})"}) {
    EXPECT_THAT(error_of([&] { encode(line); }), HasSubstr("line 3")) << line;
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
