#include "train/recorders/row_losses.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace twofold {
namespace {

struct RowLossesTest : testing::Test {
  Path folder = Path(testing::TempDir()) / ("rows" + std::to_string(getpid()));
  Path file = folder / kRowLossesFile;
  RowLossesTest() { std::filesystem::create_directories(folder); }
  ~RowLossesTest() override { std::filesystem::remove_all(folder); }

  /// Steps `first` … `last` of three rows.
  static void record(RowLosses& recorder, int64_t first, int64_t last) {
    for (int64_t step = first; step <= last; ++step) {
      StepReport report{.step = step};
      for (int64_t row = 0; row < 3; ++row) {
        report.rows.push_back({.sum = 0.5 * static_cast<double>(step + row), .count = 7 + row});
      }
      recorder.step(report);
    }
  }
};

TEST_F(RowLossesTest, HasARecordForEachRowOfEachStep) {
  RowLosses recorder(file);
  EXPECT_EQ(recorder.begin({}), "");
  record(recorder, 1, 4);
  const RowLossFile written(file);
  ASSERT_EQ(written.all().size(), 12);
  EXPECT_EQ(std::filesystem::file_size(file), 12 * 24);
  const auto third = written.of_step(3);
  ASSERT_EQ(third.size(), 3);
  EXPECT_EQ(third[2].step, 3);
  EXPECT_EQ(third[2].row, 2);
  EXPECT_EQ(third[2].count, 9);
  EXPECT_EQ(third[2].sum, 2.5);
  EXPECT_TRUE(written.of_step(5).empty());
}

TEST_F(RowLossesTest, AResumedRunLosesTheStepsBehindItsCheckpoint) {
  RunState state;
  RowLosses whole(folder / "whole.bin");
  whole.begin(state);
  record(whole, 1, 5);
  {
    RowLosses first(file);
    first.begin(state);
    record(first, 1, 4);
    first.sync(state);
  }
  state.step = 2;
  RowLosses second(file);
  second.begin(state);
  record(second, 3, 5);
  second.sync(state);
  EXPECT_EQ(read_text(file), read_text(folder / "whole.bin"));
}

TEST_F(RowLossesTest, DropsALastRecordThatWasTornOff) {
  {
    RowLosses recorder(file);
    recorder.begin({});
    record(recorder, 1, 2);
  }
  std::filesystem::resize_file(file, 5 * 24 + 10);
  EXPECT_EQ(RowLossFile(file).all().size(), 5);
  RunState state;
  state.step = 2;
  RowLosses(file).begin(state);
  EXPECT_EQ(std::filesystem::file_size(file), 5 * 24);
}

TEST_F(RowLossesTest, AStepThatSaysNothingOfItsRowsLeavesNothing) {
  RowLosses recorder(file);
  recorder.begin({});
  recorder.step({.step = 1});
  EXPECT_EQ(std::filesystem::file_size(file), 0);
}

}  // namespace
}  // namespace twofold
