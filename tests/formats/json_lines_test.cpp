#include "formats/json_lines.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

/// A pipe that is read by its name.
class JsonLinesTest : public FileTest {
 protected:
  void SetUp() override { ASSERT_EQ(pipe(ends_), 0); }
  void TearDown() override {
    close(ends_[0]);
    finish();
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(ends_[0]); }
  void write(const std::string& text) {
    ASSERT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void finish() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

  int ends_[2] = {-1, -1};
};

TEST_F(JsonLinesTest, TakesLinesAsTheyComeAndNamesThem) {
  JsonLines lines(path());
  write("{\"a\":1}\n\r\n \t\n{\"a\":2}\r\n{\"a\"");
  json object;
  EXPECT_TRUE(lines.next(object));
  EXPECT_EQ(object, json({{"a", 1}}));
  EXPECT_EQ(lines.where(), path() + ":1");
  EXPECT_FALSE(lines.must_wait());
  EXPECT_TRUE(lines.next(object));
  EXPECT_EQ(object, json({{"a", 2}}));
  EXPECT_EQ(lines.where(), path() + ":4");
  EXPECT_TRUE(lines.must_wait());  // half a line is none, whether it was read
  write(":");
  EXPECT_TRUE(lines.must_wait());  // or not yet
  write("3}\n{\"a\":4}");
  EXPECT_FALSE(lines.must_wait());
  EXPECT_TRUE(lines.next(object));
  EXPECT_EQ(object, json({{"a", 3}}));
  finish();
  EXPECT_FALSE(lines.must_wait());
  EXPECT_TRUE(lines.next(object));  // the last line without its end
  EXPECT_EQ(object, json({{"a", 4}}));
  EXPECT_FALSE(lines.next(object));
  EXPECT_FALSE(lines.must_wait());
  EXPECT_FALSE(lines.next(object));
}

TEST_F(JsonLinesTest, NamesTheLineAndTheByteOfAFault) {
  for (const char* bad : {"{", "[]", "5", "{\"a\":1} x", "{\"a\":1,\"a\":1}", "\xff"}) {
    const Path file = put("a.jsonl", std::string("{}\n") + bad + "\n{}\n");
    JsonLines lines(file.string());
    json object;
    EXPECT_TRUE(lines.next(object));
    EXPECT_THAT(error_of([&] { lines.next(object); }), HasSubstr(file.string() + ":2")) << bad;
  }
  EXPECT_THAT(error_of([] { JsonLines("/nonexistent/ids.jsonl"); }),
              HasSubstr("/nonexistent/ids.jsonl"));
}

TEST(IntegerList, IsAListOfIntegersOrAnError) {
  EXPECT_EQ(integer_list({{"ids", {3, -1}}}, "ids", "x:1"), (std::vector<int64_t>{3, -1}));
  for (const char* text : {R"({})", R"({"ids": 5})", R"({"ids": [1.5]})", R"({"ids": ["a"]})",
                           R"({"ids": [9223372036854775808]})", R"({"ids": null})"}) {
    EXPECT_THAT(error_of([&] { integer_list(json::parse(text), "ids", "x:1"); }),
                AllOf(HasSubstr("x:1"), HasSubstr("ids")))
        << text;
  }
}

}  // namespace
}  // namespace twofold::formats
