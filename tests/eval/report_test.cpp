#include "eval/report.h"

#include <gmock/gmock.h>

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(LearnedForgotten, HasARowForEveryDatasetAndAColumnForEveryMoment) {
  const MilestoneScores scores = {{Milestone::kStart, {{"a", 5}, {"b", 6}}},
                                  {Milestone::kBoundary, {{"a", 3}, {"b", 5}}},
                                  {Milestone::kFrozen, {{"a", 3.5}, {"b", 5}}},
                                  {Milestone::kAdaptersOff, {{"a", 3.5}, {"b", 5}}},
                                  {Milestone::kEnd, {{"a", 4}, {"b", 2}}}};
  const Table table =
      learned_forgotten(scores, {{"a", "unchanged"}, {"b", "learned"}, {"c", "learned"}}, false);
  EXPECT_THAT(table.header, ElementsAre("dataset", "start", "boundary", "frozen",
                                        "end, adapters off", "end", "change in phase 2"));
  EXPECT_THAT(
      table.rows,
      ElementsAre(
          ElementsAre("a", "5.0000", "3.0000", "3.5000", "3.5000", "4.0000", "+0.5000 unchanged"),
          ElementsAre("b", "6.0000", "5.0000", "5.0000", "5.0000", "2.0000", "-3.0000 learned")));
  EXPECT_THAT(table.note, HasSubstr("cost of freezing: a +0.50000, b +0.00000"));
}

TEST(LearnedForgotten, AScoreThatWasNeverMadeIsADash) {
  const MilestoneScores scores = {{Milestone::kBoundary, {{"a", 3}}},
                                  {Milestone::kFrozen, {{"a", 3.5}, {"old", 2}}},
                                  {Milestone::kEnd, {{"a", 4}, {"new", 2}}}};
  EXPECT_THAT(learned_forgotten(scores, {}, false).rows,
              ElementsAre(ElementsAre("a", "3.0000", "3.5000", "4.0000", "+0.5000"),
                          ElementsAre("new", "–", "–", "2.0000", "–"),
                          ElementsAre("old", "–", "2.0000", "–", "–")));
}

TEST(LearnedForgotten, WithOneMomentNothingHasChanged) {
  const MilestoneScores scores = {{Milestone::kEnd, {{"a", 4}}}};
  EXPECT_THAT(learned_forgotten(scores, {}, false).rows,
              ElementsAre(ElementsAre("a", "4.0000", "–")));
}

TEST(LearnedForgotten, OfAPlainRunComparesTheEndWithTheStart) {
  const MilestoneScores scores = {{Milestone::kStart, {{"a", 5}}}, {Milestone::kEnd, {{"a", 4}}}};
  const Table table = learned_forgotten(scores, {}, false);
  EXPECT_EQ(table.header.back(), "change");
  EXPECT_EQ(table.rows.at(0).back(), "-1.0000");
}

TEST(LearnedForgotten, OfAControlComparesTheEndWithTheBoundary) {
  const MilestoneScores scores = {{Milestone::kStart, {{"a", 5.5}}},
                                  {Milestone::kBoundary, {{"a", 4}}},
                                  {Milestone::kEnd, {{"a", 6}}}};
  EXPECT_EQ(change_from(scores), Milestone::kBoundary);
  const Table table = learned_forgotten(scores, {{"a", "forgotten"}}, false);
  EXPECT_EQ(table.header.back(), "change in phase 2");
  EXPECT_EQ(table.rows.at(0).back(), "+2.0000 forgotten");
}

TEST(LearnedForgotten, HasNoRowsWithoutValidation) {
  EXPECT_THAT(learned_forgotten({}, {}, false).rows, IsEmpty());
}

TEST(LearnedForgotten, SaysWhatAResidualBaseIs) {
  const MilestoneScores scores = {{Milestone::kStart, {{"a", 5}}}, {Milestone::kEnd, {{"a", 4}}}};
  EXPECT_THAT(learned_forgotten(scores, {}, true).note,
              HasSubstr("taken out of the frozen weights"));
}

}  // namespace
}  // namespace twofold
