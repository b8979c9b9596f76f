#include "data/read/pmd.h"

#include "data/data_fixture.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using PmdTest = DataTest;

TEST_F(PmdTest, WindowsFollowEachOtherAndPredictTheNextToken) {
  put_stream("a", 10);
  const auto dataset = open_pmd(root_ / "a", Split::kTrain, 3, 100);
  EXPECT_EQ(dataset->rows(), 3);
  Batch batch(2, 3);
  dataset->read(2, batch, 0);
  dataset->read(0, batch, 1);
  EXPECT_THAT(batch.tokens, ElementsAre(6, 7, 8, 0, 1, 2));
  EXPECT_THAT(batch.labels, ElementsAre(7, 8, 9, 1, 2, 3));
  EXPECT_THAT(batch.positions, ElementsAre(0, 1, 2, 0, 1, 2));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST_F(PmdTest, UsesEveryFullWindowAndNoMore) {
  for (const auto& [tokens, rows] : {std::pair{4, 1}, {6, 1}, {7, 2}, {10, 3}, {12, 3}, {13, 4}}) {
    put_stream("a", static_cast<uint32_t>(tokens));
    EXPECT_EQ(open_pmd(root_ / "a", Split::kTrain, 3, 100)->rows(), rows) << tokens;
  }
}

TEST_F(PmdTest, RefusesAFileShorterThanOneWindow) {
  put_stream("a", 8);
  const std::string text = error_of([&] { open_pmd(root_ / "a", Split::kTrain, 8, 100); });
  EXPECT_THAT(text, HasSubstr("train.bin"));
  EXPECT_THAT(text, HasSubstr("9 tokens"));
  EXPECT_THAT(text, HasSubstr("8 tokens"));
}

TEST_F(PmdTest, WhatHelpsAShortSplitIsAShareThatLeavesItMore) {
  put_stream("a", 8);
  put_stream("a", 8, "val");
  const auto hint = [&](Split split) {
    return error_of([&] { open_pmd(root_ / "a", split, 8, 100); });
  };
  EXPECT_THAT(hint(Split::kTrain), HasSubstr("a smaller data/val_pct"));
  EXPECT_THAT(hint(Split::kVal), HasSubstr("a larger data/val_pct"));
}

TEST_F(PmdTest, ReadsTheSplitThatWasAskedFor) {
  put_stream("a", 10);
  put("a/val.bin", std::vector<uint32_t>{7, 8, 9});
  Batch batch(1, 2);
  open_pmd(root_ / "a", Split::kVal, 2, 100)->read(0, batch, 0);
  EXPECT_THAT(batch.tokens, ElementsAre(7, 8));
  EXPECT_THAT(batch.labels, ElementsAre(8, 9));
}

/// A stream of three documents, each with a 9 behind it.
class SeparateDocuments : public PmdTest {
 protected:
  SeparateDocuments() { put("a/train.bin", std::vector<uint32_t>{1, 2, 9, 3, 9, 4, 5, 6, 9}); }
  Batch row(const std::string& config, DocumentsInRow documents) const {
    put("a/config.json", config);
    Batch batch(1, 8);
    open_pmd(root_ / "a", Split::kTrain, 8, 100, documents)->read(0, batch, 0);
    return batch;
  }
};

TEST_F(SeparateDocuments, BeginWithTheEndOfTheLastAndSeeThemselvesAlone) {
  const Batch batch = row(R"({"tokenizer": {"eot_token": 9}})", DocumentsInRow::kSeparate);
  EXPECT_THAT(batch.tokens, ElementsAre(1, 2, 9, 3, 9, 4, 5, 6));
  EXPECT_THAT(batch.labels, ElementsAre(2, 9, 3, 9, 4, 5, 6, 9));
  EXPECT_THAT(batch.positions, ElementsAre(0, 1, 0, 1, 0, 1, 2, 3));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 0, 2, 2, 4, 4, 4, 4));
}

TEST_F(SeparateDocuments, BeginBehindTheEndWhereTextsHaveTheirOwnSpecialTokens) {
  const Batch batch =
      row(R"({"tokenizer": {"eot_token": 9, "add_special": true}})", DocumentsInRow::kSeparate);
  EXPECT_THAT(batch.labels, ElementsAre(2, 9, -1, 9, -1, 5, 6, 9));
  EXPECT_THAT(batch.positions, ElementsAre(0, 1, 2, 0, 1, 0, 1, 2));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 0, 0, 3, 3, 5, 5, 5));
}

TEST_F(SeparateDocuments, AreJoinedUnlessAskedFor) {
  const Batch batch = row("{}", DocumentsInRow::kJoined);
  EXPECT_THAT(batch.positions, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0));
}

TEST_F(SeparateDocuments, NeedToKnowTheEnd) {
  for (const char* config : {"{}", "[]", R"({"tokenizer": {"eot_token": "9"}})"}) {
    const std::string text = error_of([&] { row(config, DocumentsInRow::kSeparate); });
    EXPECT_THAT(text, HasSubstr("a/config.json, tokenizer/eot_token"));
  }
}

}  // namespace
}  // namespace twofold
