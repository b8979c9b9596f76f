#include "data/read/row_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/batch_row.h"

namespace twofold {
namespace {

using test::row_of;
using testing::ElementsAre;

TEST(RowTokens, OfAStreamAreItsWindowAndTheTokenBehindIt) {
  const RowTokens row = row_tokens(row_of({5, 6, 7}, {6, 7, 8}, {0, 0, 0}), 0);
  EXPECT_THAT(row.ids, ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(row.trained, ElementsAre(0, 1, 1, 1));
}

TEST(RowTokens, OfPackedDocumentsHaveTheLastTokenOfEach) {
  // Two documents, 1 2 | 3 9 and 4 | 5 9 (what is learnt behind |), and two places of padding.
  const RowTokens row =
      row_tokens(row_of({1, 2, 3, 4, 5, 0, 0}, {-1, 3, 9, 5, 9, -1, -1}, {0, 0, 0, 3, 3, 5, 6}), 0);
  EXPECT_THAT(row.ids, ElementsAre(1, 2, 3, 9, 4, 5, 9));
  EXPECT_THAT(row.trained, ElementsAre(0, 0, 1, 1, 0, 1, 1));
}

TEST(RowTokens, PaddingThatPredictsAFirstTokenIsLeftOutAndTheTokenIsLearnt) {
  const RowTokens row = row_tokens(row_of({0, 0, 4, 5}, {-1, 4, 5, 6}, {0, 1, 2, 2}), 0);
  EXPECT_THAT(row.ids, ElementsAre(4, 5, 6));
  EXPECT_THAT(row.trained, ElementsAre(1, 1, 1));
}

TEST(RowTokens, AreThoseOfOneRowOfABatch) {
  Batch two = row_of({1, 2, 3, 4}, {2, 7, 4, 8}, {0, 0, 0, 0});
  two.rows = 2;
  two.width = 2;
  EXPECT_THAT(row_tokens(two, 1).ids, ElementsAre(3, 4, 8));
}

}  // namespace
}  // namespace twofold
