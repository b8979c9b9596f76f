#include "data/records/table_reader.h"

#include "data/records/records_fixture.h"

namespace twofold::records {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using TableReaderTest = RecordsTest;

TEST_F(TableReaderTest, RowsAreObjectsOfTexts) {
  put("a.csv", "prompt,completion\r\n1,\"two, \"\"2\"\"\"\r\n\r\n\"a\nb\",\n");
  EXPECT_THAT(read("a.csv"), ElementsAre(R"(2: {"prompt":"1","completion":"two, \"2\""})",
                                         R"(4: {"prompt":"a\nb","completion":""})"));
  expect_resumable("a.csv");
}

TEST_F(TableReaderTest, TabsMaySeparateThem) {
  put("a.tsv", "a\tb\nx,\"y\tz\n");
  EXPECT_THAT(read("a.tsv"), ElementsAre(R"(2: {"a":"x,\"y","b":"z"})"));
}

TEST_F(TableReaderTest, TheLastLineNeedsNoEnd) {
  put("a.csv",
      "\xEF\xBB\xBF"
      "a,b\n1,\"2\"");
  EXPECT_THAT(read("a.csv"), ElementsAre(R"(2: {"a":"1","b":"2"})"));
}

TEST_F(TableReaderTest, FaultsAreNamedWithTheirLine) {
  const auto fault_of = [&](const std::string& text) {
    put("a.csv", text);
    return fault("a.csv");
  };
  EXPECT_THAT(fault_of("a,b\n1,2\n1,2,3\n"), AllOf(HasSubstr("a.csv:3"), HasSubstr("too many")));
  EXPECT_THAT(fault_of("a,b\n1,2\n1\n"), AllOf(HasSubstr("a.csv:3"), HasSubstr("too few")));
  EXPECT_THAT(fault_of("a,b\n1,2\n\"1\n\n\n"),
              AllOf(HasSubstr("a.csv:3"), HasSubstr("not closed")));
  EXPECT_THAT(fault_of("a,b\n\"1\" 2,3\n"),
              AllOf(HasSubstr("a.csv:2"), HasSubstr("behind the quotes")));
  EXPECT_THAT(fault_of("a,a\n1,2\n"), AllOf(HasSubstr("a.csv:1"), HasSubstr("`a` twice")));
  EXPECT_THAT(fault_of("a,b\n1,caf\xE9\n"), AllOf(HasSubstr("a.csv:2"), HasSubstr("0xe9")));
}

}  // namespace
}  // namespace twofold::records
