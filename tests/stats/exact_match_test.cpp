#include "stats/exact_match.h"

#include "base/error.h"
#include "support/kept.h"

namespace twofold::stats {
namespace {

MatchRules rules_of(const nlohmann::json& row) {
  return {.ignore_case = row.value("ignore_case", false),
          .ignore_punctuation = row.value("ignore_punctuation", false),
          .ignore_numbers = row.value("ignore_numbers", false),
          .regexes_to_ignore = row.value("regexes_to_ignore", std::vector<std::string>{})};
}

TEST(ExactMatch, IsLmEvals) {
  for (const auto& row : test::kept("stats/kept/exact_match")) {
    const std::vector<std::string> targets = {row["target"]};
    EXPECT_EQ(
        ExactMatch(rules_of(row["rules"]), "t").equals(row["answer"].get<std::string>(), targets),
        row["equal"].get<bool>())
        << row;
  }
}

TEST(ExactMatch, OneOfSeveralTargetsIsEnough) {
  const ExactMatch match({.ignore_case = true}, "t");
  const std::vector<std::string> targets = {"Paris", "the city"};
  EXPECT_TRUE(match.equals("THE CITY", targets));
  EXPECT_FALSE(match.equals("the city of", targets));
  EXPECT_TRUE(match.contains("it is the City of Paris.", targets));
  EXPECT_FALSE(match.contains("London", targets));
}

TEST(ExactMatch, APatternThatIsNoneIsAnErrorWithItsPlace) {
  try {
    ExactMatch match({.regexes_to_ignore = {"(a"}}, "task gsm8k");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("task gsm8k, regexes_to_ignore"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("(a"), std::string::npos);
  }
}

}  // namespace
}  // namespace twofold::stats
