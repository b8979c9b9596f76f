#include "unicode/search.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace twofold {
namespace {

using Groups = std::vector<std::vector<std::string>>;

Groups found(const std::string& pattern, const std::string& text) {
  return Search(pattern, "here").find_all(text);
}

// The right values are re.findall()'s and re.sub()'s.
TEST(Search, FindsWhatPythonsFindallDoes) {
  EXPECT_EQ(found("[0-9]+", "a1b22"), (Groups{{"1"}, {"22"}}));
  EXPECT_EQ(found("(a)|(b)", "ab"), (Groups{{"a", ""}, {"", "b"}}));
  EXPECT_EQ(found("x*", "axxb"), (Groups{{""}, {"xx"}, {""}, {""}}));
  EXPECT_EQ(found("x*", "aé"), (Groups{{""}, {""}, {""}}));
  EXPECT_EQ(found("a|", "ab"), (Groups{{"a"}, {""}, {""}}));
  EXPECT_EQ(found("z", "ab"), Groups{});
  EXPECT_EQ(found("\\w+", "straße, ÉTÉ"), (Groups{{"straße"}, {"ÉTÉ"}}));
  EXPECT_EQ(found("\\d", "٣4"), (Groups{{"٣"}, {"4"}}));
  EXPECT_EQ(found("a$", "a\n"), Groups{{"a"}});
}

TEST(Search, RemovesWhatPythonsSubDoes) {
  EXPECT_EQ(Search(",", "here").remove_all("1,234,5"), "12345");
  EXPECT_EQ(Search("(?s).*#### ", "here").remove_all("so\n#### 7"), "7");
  EXPECT_EQ(Search("\\.$", "here").remove_all("7. 8."), "7. 8");
  EXPECT_EQ(Search("x*", "here").remove_all("axxb"), "ab");
}

TEST(Search, SaysWhichPatternIsNone) {
  try {
    Search("(a", "tasks/mine.yaml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().front().where, "tasks/mine.yaml");
  }
}

TEST(Search, EndsWhereASearchWouldNot) {
  EXPECT_THROW(found("(a+)+$", std::string(64, 'a') + "b"), Error);
}

}  // namespace
}  // namespace twofold
