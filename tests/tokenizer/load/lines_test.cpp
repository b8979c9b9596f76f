#include <gmock/gmock.h>

#include "tokenizer/load/make.h"
#include "tokenizer/ranks.h"
#include "twofold/tokenizer.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::unique_ptr<Tokenizer> bytes() {
  TokenizerConfig config;
  config.backend = "bytes";
  return make_tokenizer(config);
}

std::string decode(const std::vector<int64_t>& ids, bool skip = true) {
  return decode_line(*bytes(), {.skip_special = skip}, ids, "line 3");
}

TEST(Lines, EncodeAndDecodeOneObject) {
  EXPECT_EQ(encode_line(*bytes(), {}, "a\u00e9"), R"({"ids":[97,195,169]})");
  EXPECT_EQ(encode_line(*bytes(), {}, ""), R"({"ids":[]})");
  EXPECT_EQ(decode({97, 195, 169, 256}), "{\"text\":\"a\u00e9\"}");
  EXPECT_EQ(decode({195, 97}),
            "{\"text\":\"\uFFFD"
            "a\"}");
}

TEST(Lines, RefuseUnknownIdsWithTheLine) {
  for (const int64_t id : {int64_t{-1}, int64_t{257}, INT64_MAX}) {
    EXPECT_THAT(error_of([&] { decode({id}); }),
                AllOf(HasSubstr("line 3"), HasSubstr("256"), HasSubstr(std::to_string(id))));
  }
}

}  // namespace
}  // namespace twofold
