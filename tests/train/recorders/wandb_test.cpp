#include "train/recorders/wandb.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "formats/wandb_log.h"
#include "train/recorders/wandb_records.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Pair;

struct WandbRun : testing::Test {
  Path folder = Path(testing::TempDir()) / ("wandb" + std::to_string(getpid()));
  RecordedRun run{
      .results = folder, .name = "n", .project = "p", .group = "g", .settings = R"({"a":1})"};
  ~WandbRun() override { std::filesystem::remove_all(folder); }

  static LogPoint point(int64_t step, double loss) {
    return {.step = step, .wall_time = 2e9 + static_cast<double>(step), .values = {{"loss", loss}}};
  }
  /// The file of the one run that is there.
  Path file() const {
    std::vector<Path> runs;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "wandb"))
      runs.push_back(entry);
    EXPECT_EQ(runs.size(), 1);
    const std::string name = runs.at(0).filename();
    return runs.at(0) / ("run-" + name.substr(name.rfind('-') + 1) + ".wandb");
  }
  /// The messages of a kind, in the order of the file, whose records are numbered from 1.
  std::vector<std::string> messages(uint32_t kind) const {
    std::vector<std::string> found;
    const std::string bytes = read_text(file());
    formats::WandbLogReader reader(bytes);
    uint64_t number = 0;
    while (const auto record = reader.next()) {
      formats::MessageReader fields(*record);
      EXPECT_EQ(fields.next()->integer, ++number);
      const auto content = fields.next();
      if (content->number == kind) found.emplace_back(content->bytes);
    }
    EXPECT_EQ(reader.position(), bytes.size());
    return found;
  }
  std::vector<std::string> of_rows(const char* key) const {
    std::vector<std::string> values;
    for (const std::string& row : messages(wandb::kHistory)) {
      const auto items = wandb::read_items(row);
      if (items.contains(key)) values.push_back(items.at(key));
    }
    return values;
  }
};

TEST_F(WandbRun, BeginsWithTheRunAndEndsWithItsExit) {
  Wandb log(run);
  EXPECT_EQ(log.open(0), 0);
  log.add(point(1, 0.5));
  log.add(point(1, std::nan("")));
  log.add_text("samples", "so \"it\" goes", 1);
  log.finish();
  EXPECT_THAT(of_rows("loss"), ElementsAre("0.5", "NaN"));
  EXPECT_THAT(of_rows("train/global_step"), ElementsAre("1", "1"));
  EXPECT_THAT(of_rows("_step"), ElementsAre("0", "1", "2"));
  EXPECT_THAT(of_rows("samples"), ElementsAre(R"("so \"it\" goes")"));
  EXPECT_EQ(messages(wandb::kExit).size(), 1);
  ASSERT_EQ(messages(wandb::kRun).size(), 1);
  const wandb::RunRecord begun = wandb::read_run(messages(wandb::kRun).front());
  EXPECT_THAT(begun.config, ElementsAre(Pair("a", "1")));
  EXPECT_GT(begun.start_time, 1.7e9);
  EXPECT_EQ(wandb::read_items(messages(wandb::kSummaryRecord).back()).at("loss"), "NaN");
  EXPECT_THAT(file().parent_path().filename().string(), EndsWith(file().stem().string().substr(4)));
}

TEST_F(WandbRun, GoesOnBehindItsCheckpointUnderTheSameId) {
  {
    Wandb log(run);
    log.open(0);
    for (int64_t step = 1; step <= 3; ++step) log.add(point(step, 0.5));
    log.finish();
  }
  const Path before = file();
  const std::string begun = messages(wandb::kRun).front();
  std::ofstream(before.string() + ".synced") << "";
  Wandb log(run);
  EXPECT_EQ(log.open(2), 2);
  EXPECT_THAT(messages(wandb::kExit), IsEmpty());
  log.add(point(3, 0.25));
  log.finish();
  EXPECT_EQ(file(), before);
  EXPECT_THAT(messages(wandb::kRun), ElementsAre(begun));
  EXPECT_THAT(messages(wandb::kConfig), IsEmpty());
  EXPECT_THAT(of_rows("loss"), ElementsAre("0.5", "0.5", "0.25"));
  EXPECT_THAT(of_rows("_step"), ElementsAre("0", "1", "2"));
  EXPECT_FALSE(std::filesystem::exists(before.string() + ".synced"));
}

TEST_F(WandbRun, DropsARecordThatWasTornOffAndNotesSettingsThatChanged) {
  {
    Wandb log(run);
    log.open(0);
    log.add(point(1, 0.5));
    log.add(point(2, 0.5));
  }
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) - 1);
  run.settings = R"({"a":2})";
  Wandb log(run);
  EXPECT_EQ(log.open(2), 1);
  log.add(point(2, 0.25));
  EXPECT_THAT(of_rows("loss"), ElementsAre("0.5", "0.25"));
  ASSERT_EQ(messages(wandb::kConfig).size(), 1);
  EXPECT_THAT(wandb::read_items(messages(wandb::kConfig).front()), ElementsAre(Pair("a", "2")));
}

TEST_F(WandbRun, AFileOfSomethingElseIsBegunAnew) {
  Wandb(run).open(0);
  std::ofstream(file()) << "no such log";
  Wandb log(run);
  EXPECT_EQ(log.open(3), 0);
  log.add(point(1, 0.5));
  EXPECT_THAT(of_rows("loss"), ElementsAre("0.5"));
}

}  // namespace
}  // namespace twofold
