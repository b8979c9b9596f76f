#include "formats/text_file.h"

#include <gmock/gmock.h>

#include "file_fixture.h"
#include "twofold/text_lines.h"

namespace twofold::formats {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class TextFileTest : public FileTest {
 protected:
  std::vector<std::string> lines(const std::string& bytes) const {
    return read_lines(put("a.txt", bytes));
  }
  std::string fault(const std::string& bytes) const {
    return error_of([&] { lines(bytes); });
  }
};

TEST_F(TextFileTest, LinesHaveNeitherEndsNorAByteOrderMark) {
  EXPECT_THAT(lines("\xEF\xBB\xBFone\r\n\ntwo \r\nthree\r"),
              ElementsAre("one", "", "two ", "three"));
  EXPECT_THAT(lines("a\n\xEF\xBB\xBF\n"), ElementsAre("a", "\xEF\xBB\xBF"));  // in a text it is one
  EXPECT_THAT(lines(""), ElementsAre());
}

TEST_F(TextFileTest, WhatIsNotUtf8IsNamedByLineAndByte) {
  EXPECT_THAT(fault("ab\ncaf\xE9 au lait\n"),
              AllOf(HasSubstr("a.txt:2 (byte 6)"), HasSubstr("0xe9"), HasSubstr("Latin-1")));
  EXPECT_THAT(fault("caf\xE9"), AllOf(HasSubstr("a.txt:1 (byte 3)"), HasSubstr("Latin-1")));
  EXPECT_THAT(fault("\xEF\xBB\xBFx\xC3\xA9\xC0\xAF"), HasSubstr("a.txt:1 (byte 6)"));
}

TEST_F(TextFileTest, WhatIsNoTextIsNamed) {
  EXPECT_THAT(fault("\xFF\xFEh\0i\0"s), HasSubstr("UTF-16"));
  EXPECT_THAT(fault("\x1F\x8B\x08\0\0"s), AllOf(HasSubstr("gzip"), HasSubstr("unpack it first")));
  EXPECT_THAT(fault("h\0i\0 \0y\0o\0u\0"s),
              AllOf(HasSubstr("6 zero bytes among the first 12"), HasSubstr("iconv -f UTF-16LE")));
  EXPECT_EQ(fault("a text with one zero\0 byte"s), "");
  EXPECT_EQ(fault("<html>may be meant</html>"), "");
}

TEST(TextFile, APlaceWithinAFileCounts) {
  EXPECT_THAT(
      error_of([] { require_utf8("a\n\xFF", {.file = "f", .line = 7, .byte = 100}, "; or"); }),
      AllOf(HasSubstr("f:8 (byte 102)"), HasSubstr("; or")));
}

}  // namespace
}  // namespace twofold::formats
