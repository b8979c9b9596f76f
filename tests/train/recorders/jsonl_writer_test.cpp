#include "train/recorders/jsonl_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/files.h"

namespace twofold {
namespace {

struct Jsonl : testing::Test {
  Path folder = Path(testing::TempDir()) / ("metrics" + std::to_string(getpid()));
  Path file = folder / "metrics.jsonl";
  ~Jsonl() override { std::filesystem::remove_all(folder); }
};

TEST_F(Jsonl, AResumedLogLosesWhatCameAfterItsCheckpoint) {
  bool lost = true;
  JsonlWriter first = JsonlWriter::continue_at(file, 0, lost);
  EXPECT_FALSE(lost);
  first.append({{"step", 1}});
  const uint64_t saved = first.sync();
  first.append({{"step", 2}});
  first.sync();
  JsonlWriter second = JsonlWriter::continue_at(file, saved, lost);
  EXPECT_FALSE(lost);
  second.append({{"step", 2}, {"again", true}});
  EXPECT_EQ(read_text(file), "{\"step\":1}\n{\"step\":2,\"again\":true}\n");
}

TEST_F(Jsonl, ALogThatIsShorterThanItsCheckpointSaysSo) {
  bool lost = false;
  JsonlWriter::continue_at(file, 0, lost).append({{"step", 1}});
  JsonlWriter::continue_at(file, 1000, lost);
  EXPECT_TRUE(lost);
}

TEST_F(Jsonl, CutsByStepAndDropsATornLine) {
  std::filesystem::create_directories(folder);
  std::ofstream(file) << "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"st";
  JsonlWriter::continue_at_step(file, 2).append({{"step", 3}});
  EXPECT_EQ(read_text(file), "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
}

TEST_F(Jsonl, DropsALastLineThatWasTornOff) {
  std::filesystem::create_directories(folder);
  std::ofstream(file) << "{\"step\":1}\n{\"step\":2";
  JsonlWriter::continue_at_step(file, 9).append({{"step", 2}});
  EXPECT_EQ(read_text(file), "{\"step\":1}\n{\"step\":2}\n");
}

}  // namespace
}  // namespace twofold
