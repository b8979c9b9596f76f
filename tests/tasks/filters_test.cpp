#include "tasks/filters.h"

#include "base/error.h"
#include "support/kept.h"

namespace twofold::tasks {
namespace {

FilterList list_of(const nlohmann::json& steps) {
  FilterList list;
  for (const auto& step : steps) {
    FilterStep& made = list.filter.emplace_back();
    made.function = step["function"];
    made.regex_pattern = step.value("regex_pattern", "");
    made.group_select = step.value("group_select", 0);
    made.fallback = step.value("fallback", made.fallback);
  }
  return list;
}

TEST(Filters, FindTheAnswersThatLmEvalsDo) {
  for (const auto& row : test::kept("tasks/kept/filters")) {
    EXPECT_EQ(Filters(list_of(row["steps"]), "t").answer_in(row["text"]),
              row["answer"].get<std::string>())
        << row;
  }
}

TEST(Filters, AMatchThatIsNotThereIsTheFallback) {
  const auto steps = nlohmann::json::parse(
      R"([{"function": "regex", "regex_pattern": "[0-9]+", "group_select": 1}])");
  EXPECT_EQ(Filters(list_of(steps), "t").answer_in("4 and 5"), "5");
  EXPECT_EQ(Filters(list_of(steps), "t").answer_in("only 4"), "[invalid]");
}

TEST(Filters, APatternThatIsNoneNamesItsTask) {
  const auto steps = nlohmann::json::parse(R"([{"function": "regex", "regex_pattern": "*"}])");
  try {
    Filters(list_of(steps), "task mine");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().front().where, "task mine");
  }
}

}  // namespace
}  // namespace twofold::tasks
