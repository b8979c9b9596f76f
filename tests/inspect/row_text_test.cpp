#include "inspect/row_text.h"

#include <gtest/gtest.h>

#include "support/batch_row.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

using test::row_of;

std::unique_ptr<Tokenizer> bytes() { return make_tokenizer({.backend = "bytes"}); }

TEST(RowText, OfAStreamIsItsWindowAndTheTokenBehindIt) {
  const Batch batch = row_of({'a', 'b', 'c'}, {'b', 'c', 'd'}, {0, 0, 0});
  EXPECT_EQ(row_text(batch, 0, bytes().get()), "abcd");
}

TEST(RowText, LeavesOutPaddingOnEitherSide) {
  const Batch left = row_of({0, 0, 'a', 'b'}, {-1, 'a', 'b', 'c'}, {0, 1, 2, 2});
  EXPECT_EQ(row_text(left, 0, bytes().get()), "abc") << "padding predicts the first token";
  const Batch right = row_of({'a', 'b', 'x', 0, 0}, {'b', 'c', 'y', -1, -1}, {0, 0, 2, 3, 4});
  EXPECT_EQ(row_text(right, 0, bytes().get()), "abcxy");
}

TEST(RowText, OfSeparateDocumentsHasTheEndOfEachOnce) {
  const Batch batch = row_of({'a', 'b', '.', 'c', '.'}, {'b', '.', 'c', '.', 'd'}, {0, 0, 2, 2, 4});
  EXPECT_EQ(row_text(batch, 0, bytes().get()), "ab.c.d");
}

TEST(RowText, AMaskedPromptIsRead) {
  const Batch batch = row_of({'a', 'b', 'c'}, {-1, -1, 'd'}, {0, 0, 0});
  EXPECT_EQ(row_text(batch, 0, bytes().get()), "abcd");
}

TEST(RowText, WithoutATokenizerForTheIdsItIsTheIds) {
  const Batch batch = row_of({5, 300}, {300, 7}, {0, 0});
  EXPECT_EQ(row_text(batch, 0, nullptr), "5 300 7");
  EXPECT_EQ(row_text(batch, 0, bytes().get()), "5 300 7");
}

}  // namespace
}  // namespace twofold
