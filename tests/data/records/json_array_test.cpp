#include "data/records/json_array.h"

#include "data/records/records_fixture.h"

namespace twofold::records {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using JsonArrayTest = RecordsTest;

TEST_F(JsonArrayTest, EachOfItsObjectsIsARecord) {
  put("a.json", "\n[\n  {\"a\": 1},\n  {\n    \"b\": [\"]},\", \"\\\"]\", {}]\n  } , {}\n]\n\n");
  EXPECT_THAT(read("a.json"),
              ElementsAre(R"(3: {"a":1})", R"(4: {"b":["]},","\"]",{}]})", "6: {}"));
  expect_resumable("a.json");
  put("a.json", " [ ] ");
  EXPECT_THAT(read("a.json"), IsEmpty());
}

TEST_F(JsonArrayTest, LinesInAFileCalledJsonAreLines) {
  put("a.json", "{\"a\": 1}\n{\"a\": 2}\n");
  EXPECT_THAT(read("a.json"), ElementsAre(R"(1: {"a":1})", R"(2: {"a":2})"));
}

TEST_F(JsonArrayTest, WhatIsNoArrayOfObjectsIsNamedWithItsLine) {
  const auto fault_of = [&](const std::string& text) {
    put("a.json", text);
    return fault("a.json");
  };
  EXPECT_THAT(fault_of("[\n{\"a\": 1}\n{\"a\": 2}]"),
              AllOf(HasSubstr("a.json:3"), HasSubstr("comma")));
  EXPECT_THAT(fault_of("[\n{\"a\": 1},\n{\"a\": "),
              AllOf(HasSubstr("a.json:3"), HasSubstr("cut short")));
  EXPECT_THAT(fault_of("[{\"a\": \"x"), AllOf(HasSubstr("a.json:1"), HasSubstr("cut short")));
  EXPECT_THAT(fault_of("[{}] {}"), HasSubstr("nothing behind the array"));
  EXPECT_THAT(fault_of("[{},,{}]"), HasSubstr("a value"));
  EXPECT_THAT(fault_of("[{},]"), HasSubstr("a value"));
  EXPECT_THAT(fault_of("[\n\n1]"), AllOf(HasSubstr("a.json:3"), HasSubstr("not a JSON object")));
  EXPECT_THAT(fault_of("[{\"a\" 1}]"), AllOf(HasSubstr("a.json:1"), HasSubstr("not valid JSON")));
}

}  // namespace
}  // namespace twofold::records
