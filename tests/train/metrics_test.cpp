#include "train/metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/files.h"

namespace twofold {
namespace {

struct JsonLinesTest : testing::Test {
  Path folder = Path(testing::TempDir()) / ("metrics" + std::to_string(getpid()));
  Path file = folder / "metrics.jsonl";
  ~JsonLinesTest() override { std::filesystem::remove_all(folder); }
};

TEST_F(JsonLinesTest, AResumedLogLosesWhatCameAfterItsCheckpoint) {
  bool lost = true;
  JsonLines first = JsonLines::continue_at(file, 0, lost);
  EXPECT_FALSE(lost);
  first.append({{"step", 1}});
  const uint64_t saved = first.sync();
  first.append({{"step", 2}});
  first.sync();
  JsonLines second = JsonLines::continue_at(file, saved, lost);
  EXPECT_FALSE(lost);
  second.append({{"step", 2}, {"again", true}});
  EXPECT_EQ(read_text(file), "{\"step\":1}\n{\"step\":2,\"again\":true}\n");
}

TEST_F(JsonLinesTest, ALogThatIsShorterThanItsCheckpointSaysSo) {
  bool lost = false;
  JsonLines::continue_at(file, 0, lost).append({{"step", 1}});
  JsonLines::continue_at(file, 1000, lost);
  EXPECT_TRUE(lost);
}

TEST_F(JsonLinesTest, CutsByStepAndDropsATornLine) {
  std::filesystem::create_directories(folder);
  std::ofstream(file) << "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"st";
  JsonLines::continue_at_step(file, 2).append({{"step", 3}});
  EXPECT_EQ(read_text(file), "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
}

TEST_F(JsonLinesTest, DropsALastLineThatWasTornOff) {
  std::filesystem::create_directories(folder);
  std::ofstream(file) << "{\"step\":1}\n{\"step\":2";
  JsonLines::continue_at_step(file, 9).append({{"step", 2}});
  EXPECT_EQ(read_text(file), "{\"step\":1}\n{\"step\":2}\n");
}

}  // namespace
}  // namespace twofold
