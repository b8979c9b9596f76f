#include "base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace twofold;
using testing::HasSubstr;

TEST(Problem, PrintsTheSetPartsAligned) {
  const Problem problem{.what = "unknown key", .where = "a.yaml:7", .found = "x\ny", .hint = "z"};
  EXPECT_EQ(problem.render(),
            "error: unknown key\n"
            "  where:    a.yaml:7\n"
            "  found:    x\n"
            "            y\n"
            "  try:      z");
}

TEST(Error, CarriesAllProblemsWithABlankLineBetween) {
  const Error error(std::vector<Problem>{{.what = "one"}, {.what = "two", .expected = "e"}});
  EXPECT_STREQ(error.what(), "error: one\n\nerror: two\n  expected: e");
  EXPECT_EQ(error.problems().size(), 2u);
  EXPECT_THROW(fail({.what = "x"}), Error);
}

TEST(Bug, SaysConditionPlaceAndStack) {
  try {
    TWOFOLD_EXPECT(1 == 2, "numbers differ");
    FAIL() << "did not throw";
  } catch (const Bug& bug) {
    EXPECT_THAT(bug.what(), HasSubstr("numbers differ"));
    EXPECT_THAT(bug.what(), HasSubstr("1 == 2"));
    EXPECT_THAT(bug.what(), HasSubstr("error_test.cpp:"));
    EXPECT_THAT(bug.what(), HasSubstr("#0"));
  }
}

}  // namespace
