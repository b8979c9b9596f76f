#include "twofold/data/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twofold {
namespace {

using testing::ElementsAre;

Batch three_rows() {
  Batch batch(3, 2);
  batch.tokens = {1, 2, 3, 4, 5, 6};
  batch.labels = {2, -1, -1, 5, -1, 7};
  batch.positions = {0, 1, 0, 1, 0, 1};
  batch.first_key = {0, 0, 0, 1, 0, 0};
  batch.sources = {{"a", 0, 0}, {"b", 7, 1}, {"c", 9, 2}};
  return batch;
}

TEST(Batch, CountsTheSupervisedTokens) { EXPECT_EQ(three_rows().supervised(), 3); }

TEST(Batch, SliceKeepsTheRowsBetweenItsEnds) {
  const Batch part = three_rows().slice(1, 3);
  EXPECT_EQ(part.rows, 2);
  EXPECT_EQ(part.width, 2);
  EXPECT_THAT(part.tokens, ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(part.labels, ElementsAre(-1, 5, -1, 7));
  EXPECT_THAT(part.positions, ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(part.first_key, ElementsAre(0, 1, 0, 0));
  ASSERT_EQ(part.sources.size(), 2u);
  EXPECT_EQ(part.sources[0].dataset, "b");
  EXPECT_EQ(part.sources[0].row, 7);
}

TEST(Batch, SliceOfNoRowsIsEmpty) {
  const Batch part = three_rows().slice(2, 2);
  EXPECT_EQ(part.rows, 0);
  EXPECT_TRUE(part.tokens.empty());
  EXPECT_EQ(part.supervised(), 0);
}

}  // namespace
}  // namespace twofold
