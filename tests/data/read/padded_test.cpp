#include "data/read/padded.h"

#include "data/data_fixture.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PaddedTest : public DataTest {
 protected:
  void put_rows(int width, const std::vector<uint32_t>& ids, const std::vector<uint8_t>& mask) {
    put_padded("p", width, ids, mask);
  }
  Batch read(int64_t width, int64_t row = 0) const {
    Batch batch(1, width);
    open_padded(root_ / "p", Split::kTrain, width, 100)->read(row, batch, 0);
    return batch;
  }
  std::string open_error(int64_t width, int64_t vocab_size = 100) const {
    return error_of([&] { open_padded(root_ / "p", Split::kTrain, width, vocab_size); });
  }
};

TEST_F(PaddedTest, KeepsTheLastColumnsOfWiderRows) {
  put_rows(6, {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16}, std::vector<uint8_t>(12, 1));
  const Batch batch = read(3, 1);
  EXPECT_THAT(batch.tokens, ElementsAre(13, 14, 15));
  EXPECT_THAT(batch.labels, ElementsAre(14, 15, 16));
  EXPECT_THAT(batch.positions, ElementsAre(0, 1, 2));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 0, 0));
}

TEST_F(PaddedTest, DoesNotTrainOnAMaskedPromptButAttendsToIt) {
  put_rows(6, {0, 0, 9, 8, 7, 6}, {0, 0, 0, 1, 1, 1});
  const Batch batch = read(4);
  EXPECT_THAT(batch.tokens, ElementsAre(0, 9, 8, 7));
  EXPECT_THAT(batch.labels, ElementsAre(-1, 8, 7, 6));
  EXPECT_THAT(batch.positions, ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 1, 1, 1));
}

TEST_F(PaddedTest, TakesThePadTokenInsideAPromptForAToken) {
  put_rows(6, {0, 9, 0, 0, 7, 6}, {0, 0, 0, 0, 1, 1});
  const Batch batch = read(5);
  EXPECT_THAT(batch.labels, ElementsAre(-1, -1, -1, 7, 6));
  EXPECT_THAT(batch.positions, ElementsAre(0, 0, 1, 2, 3));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 1, 1, 1, 1));
}

TEST_F(PaddedTest, TakesAMaskedPromptCutByTheBlockForNoPadding) {
  put_rows(6, {5, 0, 0, 8, 7, 6}, {0, 0, 0, 1, 1, 1});
  EXPECT_THAT(read(4).first_key, ElementsAre(0, 0, 0, 0));
}

TEST_F(PaddedTest, PutsAColumnOfPaddingBeforeRowsAsWideAsTheBlock) {
  put_rows(4, {0, 5, 6, 7}, {0, 1, 1, 1});
  const Batch batch = read(4);
  EXPECT_THAT(batch.tokens, ElementsAre(0, 0, 5, 6));
  EXPECT_THAT(batch.labels, ElementsAre(-1, 5, 6, 7));
  EXPECT_THAT(batch.positions, ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 1, 2, 2));
}

TEST_F(PaddedTest, TellsHowMuchOfItsRowsIsFilled) {
  put_rows(4, {0, 5, 6, 7, 0, 0, 0, 8}, {0, 1, 1, 1, 0, 0, 0, 1});
  EXPECT_DOUBLE_EQ(open_padded(root_ / "p", Split::kTrain, 3, 100)->filled(), 2.0 / 6);
  EXPECT_DOUBLE_EQ(open_padded(root_ / "p", Split::kTrain, 4, 100)->filled(), 2.0 / 8);
}

TEST_F(PaddedTest, KeepsEveryTokenOfAFullRowAsWideAsTheBlock) {
  put_rows(3, {5, 6, 7}, {1, 1, 1});
  const Batch batch = read(3);
  EXPECT_THAT(batch.tokens, ElementsAre(0, 5, 6));
  EXPECT_THAT(batch.labels, ElementsAre(-1, 6, 7));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 1, 1));
}

TEST_F(PaddedTest, LetsPaddingAttendToItselfAlone) {
  put_rows(5, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0});
  const Batch batch = read(4);
  EXPECT_THAT(batch.labels, ElementsAre(-1, -1, -1, -1));
  EXPECT_THAT(batch.positions, ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 1, 2, 3));
}

TEST_F(PaddedTest, TakesThePadTokenFromTheFolder) {
  put_rows(4, {3, 3, 0, 7}, {0, 0, 0, 1});
  put("p/config.json", R"({"pad_token": 3})");
  const Batch batch = read(4);
  EXPECT_THAT(batch.tokens, ElementsAre(3, 3, 3, 0));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(batch.positions, ElementsAre(0, 0, 0, 0));
  put("p/config.json", R"({"pad_token": "x"})");
  EXPECT_THAT(open_error(4), HasSubstr("pad_token"));
  put("p/config.json", R"({"pad_token": 100})");
  EXPECT_THAT(open_error(4), HasSubstr("vocab_size = 100"));
}

TEST_F(PaddedTest, RefusesRowsShorterThanTheBlock) {
  put_rows(4, {1, 2, 3, 4}, {1, 1, 1, 1});
  const std::string text = open_error(5);
  EXPECT_THAT(text, HasSubstr("= 5 tokens"));
  EXPECT_THAT(text, HasSubstr("rows of 4 tokens"));
}

TEST_F(PaddedTest, RefusesAMaskOfAnotherLengthOrWithOtherBytes) {
  put_rows(4, {1, 2, 3, 4}, {1, 1, 1});
  EXPECT_THAT(open_error(4), HasSubstr("train.bin.mask"));
  put_rows(4, {1, 2, 3, 4}, {1, 1, 2, 1});
  EXPECT_THAT(open_error(4), HasSubstr("byte offset 2"));
}

TEST_F(PaddedTest, RefusesAShapeThatIsMissingMalformedOrContradictsTheFile) {
  put_rows(4, {1, 2, 3, 4}, {1, 1, 1, 1});
  for (const char* shape :
       {R"({"train": [2, 4]})", R"({"train": [1, 5]})", R"({"train": [1, -4]})",
        R"({"train": [1]})", R"({"train": "x"})", R"({"val": [1, 4]})", "[]", "{",
        R"({"train": [4611686018427387904, 4]})", R"({"train": [1, 0]})"}) {
    put("p/shape.json", std::string(shape));
    EXPECT_THAT(open_error(4),
                testing::AnyOf(HasSubstr("shape.json"), HasSubstr("[rows"), HasSubstr("rows of")))
        << shape;
  }
  std::filesystem::remove(root_ / "p/shape.json");
  EXPECT_THAT(open_error(4), HasSubstr("set its style to PMD"));
}

}  // namespace
}  // namespace twofold
