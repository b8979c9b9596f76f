#include "tokenizer/huggingface/edits.h"

#include <gtest/gtest.h>

namespace twofold::hf {
namespace {

TEST(Edits, WithoutAnyEveryPlaceIsItself) { EXPECT_EQ(Edits().before({2, 5}), (ByteSpan{2, 5})); }

TEST(Edits, FindWhatTheBytesWere) {
  Edits edits;  // "ab cd" to "__ab___cd"
  edits.replace(0, 0, 2);
  edits.replace(2, 3, 3);
  EXPECT_EQ(edits.before({0, 2}), (ByteSpan{0, 0}));
  EXPECT_EQ(edits.before({0, 3}), (ByteSpan{0, 1}));
  EXPECT_EQ(edits.before({3, 4}), (ByteSpan{1, 2}));
  EXPECT_EQ(edits.before({4, 7}), (ByteSpan{2, 3}));
  EXPECT_EQ(edits.before({5, 6}), (ByteSpan{2, 3}));  // a part of a change is the whole
  EXPECT_EQ(edits.before({7, 9}), (ByteSpan{3, 5}));
}

TEST(Edits, ThatLeaveSomethingOut) {
  Edits edits;  // "  ab" to "ab"
  edits.replace(0, 2, 0);
  EXPECT_EQ(edits.before({0, 1}), (ByteSpan{2, 3}));
  EXPECT_EQ(edits.before({0, 2}), (ByteSpan{2, 4}));
}

TEST(Edits, OfReplacingATextEverywhere) {
  const Edits edits = replaced("a b c", " ", 3);
  EXPECT_EQ(edits.before({4, 5}), (ByteSpan{2, 3}));
  EXPECT_TRUE(replaced("abc", " ", 3).empty());
}

}  // namespace
}  // namespace twofold::hf
