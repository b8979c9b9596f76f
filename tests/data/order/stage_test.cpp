#include "data/order/stage.h"

#include <algorithm>
#include <set>

#include "data/data_fixture.h"

namespace twofold {
namespace {

class StageTest : public DataTest {
 protected:
  StageTest() {
    put_stream("a", 41);  // 10 rows of 4
    put_stream("b", 25);  // 6 rows
    put_stream("b", 13, "val");
  }
  Stage::Options options(uint64_t seed = 1, int stage = 0) const {
    return {.data_root = root_, .width = 4, .vocab_size = 100, .seed = seed, .stage = stage};
  }
  static Mixture mixture() {
    return {sampling("a", DatasetStyle::PMD, 0.75), sampling("b", DatasetStyle::PMD, 0.25)};
  }
  /// dataset, epoch and row of each of the rows.
  static std::vector<std::string> names(const Batch& batch) {
    std::vector<std::string> names;
    for (const RowSource& source : batch.sources)
      names.push_back(fmt::format("{}:{}:{}", source.dataset, source.epoch, source.row));
    return names;
  }
};

TEST_F(StageTest, ServesEveryRowOfADatasetOnceInEachEpoch) {
  const Stage stage({sampling("a", DatasetStyle::PMD)}, options());
  std::vector<std::string> orders;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    std::set<int64_t> seen;
    std::string order;
    for (const RowSource& source : stage.rows(epoch * 10, 10).sources) {
      EXPECT_EQ(source.epoch, epoch);
      EXPECT_TRUE(seen.insert(source.row).second);
      order += std::to_string(source.row);
    }
    EXPECT_EQ(seen.size(), 10u);
    orders.push_back(order);
  }
  EXPECT_NE(orders[0], orders[1]);
  EXPECT_NE(orders[1], orders[2]);
}

TEST_F(StageTest, NoRowOfAMixtureRepeatsWithinAnEpoch) {
  const auto rows = names(Stage(mixture(), options()).rows(0, 400));
  EXPECT_EQ(std::set<std::string>(rows.begin(), rows.end()).size(), rows.size());
  EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row[0] == 'a'; }),
            300);
}

TEST_F(StageTest, RowsDoNotDependOnHowTheyAreAskedFor) {
  const Stage stage(mixture(), options());
  const Batch whole = stage.rows(0, 60);
  for (int64_t first = 0; first < 60; first += 7) {
    const int64_t count = std::min<int64_t>(7, 60 - first);
    const Batch part = stage.rows(first, count);
    const Batch slice = whole.slice(first, first + count);
    EXPECT_EQ(part.tokens, slice.tokens);
    EXPECT_EQ(part.labels, slice.labels);
    EXPECT_EQ(names(part), names(slice));
  }
}

TEST_F(StageTest, OrderIsNamedBySeedAndStage) {
  const auto base = names(Stage(mixture(), options()).rows(0, 40));
  EXPECT_EQ(base, names(Stage(mixture(), options()).rows(0, 40)));
  EXPECT_NE(base, names(Stage(mixture(), options(2)).rows(0, 40)));
  EXPECT_NE(base, names(Stage(mixture(), options(1, 1)).rows(0, 40)));
}

TEST_F(StageTest, SourcesNameTheRowThatWasRead) {
  const Batch batch = Stage(mixture(), options()).rows(13, 8);
  for (size_t slot = 0; slot < 8; ++slot)
    EXPECT_EQ(batch.tokens[slot * 4], batch.sources[slot].row * 4);
}

TEST_F(StageTest, RefusesTheSameDatasetTwice) {
  const Mixture twice = {sampling("a", DatasetStyle::PMD, 0.5),
                         sampling("a", DatasetStyle::PMD, 0.5)};
  EXPECT_THAT(error_of([&] { Stage(twice, options()); }), testing::HasSubstr("`a` occurs twice"));
}

TEST_F(StageTest, ValidationRowsAreFixedAndNeverMoreThanThereAre) {
  const Sampling member = sampling("b", DatasetStyle::PMD);
  const Batch two = validation_rows(member, options(), 2);
  EXPECT_EQ(two.rows, 2);
  EXPECT_EQ(names(two), names(validation_rows(member, options(), 2)));
  const Batch all = validation_rows(member, options(), 2048);
  EXPECT_EQ(all.rows, 3);
  EXPECT_EQ(names(all.slice(0, 2)), names(two));
  EXPECT_EQ(names(validation_rows(member, options(1, 5), 2)), names(two)) << "of any stage";
  EXPECT_THROW(validation_rows(sampling("a", DatasetStyle::PMD), options(), 2), Error);
}

}  // namespace
}  // namespace twofold
