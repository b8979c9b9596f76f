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

/// Bytes that begin with 'b' and are given another one in front.
class Marked : public Tokenizer {
 public:
  std::vector<int32_t> encode(std::string_view text) const override {
    return bytes()->encode(text);
  }
  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    return encode(text);
  }
  std::string decode(std::span<const int32_t> ids) const override { return bytes()->decode(ids); }
  std::vector<int32_t> with_special(std::vector<int32_t> ids) const override {
    ids.insert(ids.begin(), 'b');
    return ids;
  }
  int32_t eot_token() const override { return 256; }
  int64_t vocab_size() const override { return 257; }
};

TEST(Lines, WarnOfTextsThatBeginTwice) {
  std::vector<std::string> warnings;
  EncodeOptions options;
  options.warn = [&](const std::string& warning) { warnings.push_back(warning); };
  for (const char* text : {"ab", "", "b"}) encode_line(Marked(), options, text);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("id 98"));
  options.add_special = false;
  encode_line(Marked(), options, "bb");  // as it was given
  encode_line(*bytes(), {.warn = options.warn}, "bb");
  EXPECT_EQ(warnings.size(), 1u);
}

TEST(Lines, RefuseUnknownIdsWithTheLine) {
  for (const int64_t id : {int64_t{-1}, int64_t{257}, INT64_MAX}) {
    EXPECT_THAT(error_of([&] { decode({id}); }),
                AllOf(HasSubstr("line 3"), HasSubstr("256"), HasSubstr(std::to_string(id))));
  }
}

}  // namespace
}  // namespace twofold
