#include "data/read/packed.h"

#include <algorithm>
#include <set>

#include "base/random.h"
#include "data/data_fixture.h"
#include "data/read/padded.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PackedTest : public DataTest {
 protected:
  void put_rows(int width, const std::vector<uint32_t>& ids, const std::vector<uint8_t>& mask) {
    put_padded("p", width, ids, mask);
  }
  std::unique_ptr<Dataset> open(int64_t width) const {
    return open_packed(root_ / "p", Split::kTrain, width, 100);
  }
  static Batch read(const Dataset& dataset, int64_t width, int64_t row = 0) {
    Batch batch(1, width);
    dataset.read(row, batch, 0);
    return batch;
  }
};

TEST_F(PackedTest, PutsDocumentsOneAfterAnotherEachAlone) {
  put_rows(6, {0, 0, 0, 1, 2, 3, 0, 0, 11, 12, 13, 14}, {0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1});
  const auto dataset = open(6);
  ASSERT_EQ(dataset->rows(), 1);
  EXPECT_DOUBLE_EQ(dataset->filled(), 5.0 / 6);
  const Batch batch = read(*dataset, 6);
  EXPECT_THAT(batch.tokens, ElementsAre(11, 12, 13, 1, 2, 0));
  EXPECT_THAT(batch.labels, ElementsAre(12, 13, 14, 2, 3, -1));
  EXPECT_THAT(batch.positions, ElementsAre(0, 1, 2, 0, 1, 0));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 0, 0, 3, 3, 5));
}

TEST_F(PackedTest, LearnsAFirstTokenFromAPadTokenAsPaddedDoes) {
  put_rows(6, {0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 9}, {0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1});
  const Batch batch = read(*open(5), 5);
  EXPECT_THAT(batch.tokens, ElementsAre(0, 2, 0, 0, 0));
  EXPECT_THAT(batch.labels, ElementsAre(2, 3, 9, -1, -1));
  EXPECT_THAT(batch.positions, ElementsAre(0, 0, 0, 0, 0));
  EXPECT_THAT(batch.first_key, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(PackedTest, ReadsAMaskedPromptAndLeavesOutWhatFollowsTheLastLabel) {
  put_rows(6, {0, 5, 6, 7, 8, 9}, {0, 0, 0, 1, 0, 0});
  const Batch batch = read(*open(5), 5);
  EXPECT_THAT(batch.tokens, ElementsAre(5, 6, 0, 0, 0));
  EXPECT_THAT(batch.labels, ElementsAre(-1, 7, -1, -1, -1));
}

TEST_F(PackedTest, CutsALongDocumentAsPaddedDoes) {
  put_rows(6, {1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1});
  Batch padded(1, 3);
  open_padded(root_ / "p", Split::kTrain, 3, 100)->read(0, padded, 0);
  const Batch packed = read(*open(3), 3);
  EXPECT_EQ(packed.tokens, padded.tokens);
  EXPECT_EQ(packed.labels, padded.labels);
}

TEST_F(PackedTest, LeavesOutDocumentsWithNothingToLearn) {
  put_rows(4, {0, 0, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0});
  const auto dataset = open(4);
  ASSERT_EQ(dataset->rows(), 1);
  EXPECT_THAT(read(*dataset, 4).labels, ElementsAre(2, 3, -1, -1));
}

TEST_F(PackedTest, RefusesADatasetWithNothingToLearn) {
  put_rows(4, {0, 0, 8, 9}, {0, 0, 0, 0});
  EXPECT_THAT(error_of([&] { open(4); }), HasSubstr("nothing is to be learned"));
}

TEST_F(PackedTest, RefusesWhatPaddedRefuses) {
  put_rows(4, {1, 2, 3, 4}, {1, 1, 1, 1});
  EXPECT_THAT(error_of([&] { open(5); }), HasSubstr("shorter than one block"));
}

/// Everything that a dataset has to be learned: the tokens that are seen, and the label.
std::multiset<std::pair<std::vector<int32_t>, int32_t>> lessons(const Dataset& dataset,
                                                                int64_t width) {
  std::multiset<std::pair<std::vector<int32_t>, int32_t>> all;
  for (int64_t row = 0; row < dataset.rows(); ++row) {
    Batch batch(1, width);
    dataset.read(row, batch, 0);
    for (size_t t = 0; t < batch.labels.size(); ++t) {
      if (batch.labels[t] < 0) continue;
      const auto first = batch.tokens.begin() + batch.first_key[t];
      const auto end = batch.tokens.begin() + static_cast<ptrdiff_t>(t) + 1;
      EXPECT_EQ(batch.positions[t], static_cast<int32_t>(t) - batch.first_key[t]);
      all.emplace(std::vector<int32_t>(first, end), batch.labels[t]);
    }
  }
  return all;
}

TEST_F(PackedTest, TeachesWhatPaddedTeachesInFewerRows) {
  const RandomStream stream(7, Purpose::kTest, 0);
  std::vector<uint32_t> ids;
  std::vector<uint8_t> mask;
  uint64_t drawn = 0;
  for (int row = 0; row < 60; ++row) {
    const uint64_t real = stream.bits(drawn++) % 12, prompt = stream.bits(drawn++) % (real + 1);
    for (uint64_t column = 0; column < 12; ++column) {
      const bool padding = column < 12 - real;
      ids.push_back(padding ? 0 : static_cast<uint32_t>(1 + stream.bits(drawn++) % 99));
      mask.push_back(!padding && column >= 12 - real + prompt ? 1 : 0);
    }
  }
  put_rows(12, ids, mask);
  for (const int64_t width : {12, 11, 7}) {
    const auto padded = open_padded(root_ / "p", Split::kTrain, width, 100);
    const auto packed = open(width);
    EXPECT_LT(packed->rows(), 40);
    EXPECT_EQ(lessons(*packed, width), lessons(*padded, width)) << width;
  }
}

}  // namespace
}  // namespace twofold
