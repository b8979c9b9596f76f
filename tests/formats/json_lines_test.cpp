#include "twofold/json_lines.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

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
  JsonlReader lines(path());
  write("{\"a\":[1]}\n\r\n \t\n{\"a\":[2]}\r\n{\"a\"");
  EXPECT_TRUE(lines.next());
  EXPECT_EQ(lines.integers("a"), std::vector<int64_t>{1});
  EXPECT_EQ(lines.where(), path() + ":1");
  EXPECT_FALSE(lines.must_wait());
  EXPECT_TRUE(lines.next());
  EXPECT_EQ(lines.integers("a"), std::vector<int64_t>{2});
  EXPECT_EQ(lines.where(), path() + ":4");
  EXPECT_TRUE(lines.must_wait());  // half a line is none, whether it was read
  write(":");
  EXPECT_TRUE(lines.must_wait());  // or not yet
  write("[3]}\n{\"a\":[4]}");
  EXPECT_FALSE(lines.must_wait());
  EXPECT_TRUE(lines.next());
  EXPECT_EQ(lines.integers("a"), std::vector<int64_t>{3});
  finish();
  EXPECT_FALSE(lines.must_wait());
  EXPECT_TRUE(lines.next());  // the last line without its end
  EXPECT_EQ(lines.integers("a"), std::vector<int64_t>{4});
  EXPECT_FALSE(lines.next());
  EXPECT_FALSE(lines.must_wait());
  EXPECT_FALSE(lines.next());
}

TEST_F(JsonLinesTest, NamesTheLineAndTheByteOfAFault) {
  for (const char* bad : {"{", "[]", "5", "{\"a\":1} x", "{\"a\":1,\"a\":1}", "\xff"}) {
    const Path file = put("a.jsonl", std::string("{}\n") + bad + "\n{}\n");
    JsonlReader lines(file.string());
    EXPECT_TRUE(lines.next());
    EXPECT_THAT(error_of([&] { lines.next(); }), HasSubstr(file.string() + ":2")) << bad;
  }
  EXPECT_THAT(error_of([] { JsonlReader("/nonexistent/ids.jsonl"); }),
              HasSubstr("/nonexistent/ids.jsonl"));
}

TEST_F(JsonLinesTest, AByteOrderMarkIsNoPartOfTheFirstLine) {
  JsonlReader lines(put("a.jsonl", "\xEF\xBB\xBF\n{\"text\": \"a\"}\n").string());
  EXPECT_TRUE(lines.next());
  EXPECT_EQ(lines.text("text"), "a");
  EXPECT_EQ(lines.where(), (folder_ / "a.jsonl").string() + ":2");
}

TEST_F(JsonLinesTest, FieldsAreOfTheirTypeOrAnErrorWithTheLine) {
  const auto reading = [&](const std::string& text) {
    auto lines = std::make_unique<JsonlReader>(put("a.jsonl", text + "\n").string());
    EXPECT_TRUE(lines->next());
    return lines;
  };
  EXPECT_EQ(reading(R"({"ids": [3, -1]})")->integers("ids"), (std::vector<int64_t>{3, -1}));
  for (const char* text : {R"({})", R"({"ids": 5})", R"({"ids": [1.5]})", R"({"ids": ["a"]})",
                           R"({"ids": [9223372036854775808]})", R"({"ids": null})"}) {
    EXPECT_THAT(error_of([&] { reading(text)->integers("ids"); }),
                AllOf(HasSubstr("a.jsonl:1"), HasSubstr("ids")))
        << text;
  }
  EXPECT_EQ(reading(R"({"text": "a\u00e9"})")->text("text"), "a\u00e9");
  for (const char* text : {"{}", R"({"text": 5})", R"({"text": null})"}) {
    EXPECT_THAT(error_of([&] { reading(text)->text("text"); }),
                AllOf(HasSubstr("a.jsonl:1"), HasSubstr("`text`")))
        << text;
  }
}

}  // namespace
}  // namespace twofold::formats
