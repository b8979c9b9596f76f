// Points and their writers: what a run that goes on finds, and what a writer that fails does.

#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/protobuf.h"
#include "formats/tfrecord.h"
#include "train/recorders/csv_log.h"
#include "train/recorders/log_follower.h"
#include "train/recorders/metrics.h"
#include "train/recorders/tensorboard.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

struct LogWriters : testing::Test {
  Path folder = Path(testing::TempDir()) / ("logs" + std::to_string(getpid()));
  RecordedRun run{.results = folder, .config = "a: 1\n", .settings = "{}"};
  LogWriters() { std::filesystem::create_directories(folder); }
  ~LogWriters() override { std::filesystem::remove_all(folder); }

  static LogPoint point(int64_t step, double loss) {
    return {.step = step, .wall_time = 1, .values = {{"train/loss", loss}}};
  }
  std::string csv() const { return read_text(folder / "metrics.csv"); }
};

TEST_F(LogWriters, APointHasTheNumbersOfItsLineUnderNamesThatAreGrouped) {
  const LogPoint step = point_of({{"step", 3}, {"phase", 1}, {"loss", 1.5}, {"lr", 0.25}});
  EXPECT_EQ(step.step, 3);
  EXPECT_GT(step.wall_time, 1.7e9);
  EXPECT_THAT(step.values,
              ElementsAre(Pair("train/phase", 1), Pair("train/loss", 1.5), Pair("train/lr", 0.25)));
  EXPECT_THAT(
      point_of({{"step", 3}, {"phase", 1}, {"val/a/loss", 2}, {"eval/b/acc", nullptr}}).values,
      ElementsAre(Pair("val/a/loss", 2)));
  EXPECT_THAT(point_of({{"step", 3}, {"adapters", {{"q", {{"rank90", 2}}}}}}).values,
              ElementsAre(Pair("adapters/q/rank90", 2)));
}

TEST_F(LogWriters, NoNameHasTwoValuesAtOneStep) {
  const auto name = [](const char* moment) {
    return point_of({{"step", 3}, {"moment", moment}, {"val/a/loss", 2}}).values.front().first;
  };
  EXPECT_EQ(name("boundary"), "val/a/loss");
  EXPECT_EQ(name("boundary_0_1"), "val/a/loss");
  EXPECT_EQ(name("frozen"), "frozen/val/a/loss");
  EXPECT_EQ(name("end"), "val/a/loss");
  EXPECT_EQ(name("adapters_off"), "adapters_off/val/a/loss");
}

TEST_F(LogWriters, CsvHasAColumnForEachNumberAndGoesOnBehindItsCheckpoint) {
  CsvLog log(run);
  EXPECT_EQ(log.open(0), 0);
  log.add(point(1, 0.5));
  log.add({.step = 1, .values = {{"val/a,b/loss", 2}}});
  log.add({.step = 2, .values = {{"train/loss", std::nan("")}}});
  EXPECT_EQ(csv(), "step,train/loss,\"val/a,b/loss\"\n1,0.5,\n1,,2\n2,nan,\n");
  EXPECT_EQ(CsvLog(run).open(9), 3);
  CsvLog second(run);
  EXPECT_EQ(second.open(1), 1);
  second.add({.step = 1, .values = {{"val/a,b/loss", 3}}});
  EXPECT_EQ(csv(), "step,train/loss,\"val/a,b/loss\"\n1,0.5,\n1,,3\n");
  CsvLog(run).open(0);
  EXPECT_EQ(csv(), "step\n");
}

TEST_F(LogWriters, CsvDropsALineThatWasTornOff) {
  OutputFile(folder / ".metrics.csv.7.tmp", OutputFile::Mode::kTruncate).write("step");
  for (const char* text : {"step,train/loss\n1,0.5\n2,0.", "step,train/loss\n1,0.5\n"}) {
    OutputFile(folder / "metrics.csv", OutputFile::Mode::kTruncate).write(text);
    EXPECT_EQ(CsvLog(run).open(5), 1);
    EXPECT_EQ(csv(), "step,train/loss\n1,0.5\n");
  }
  EXPECT_FALSE(std::filesystem::exists(folder / ".metrics.csv.7.tmp"));
  OutputFile(folder / "metrics.csv", OutputFile::Mode::kTruncate).write("step,tra");
  EXPECT_EQ(CsvLog(run).open(5), 0);
}

/// The steps of the scalars in the one event file of a folder, and its texts.
std::pair<std::vector<uint64_t>, std::vector<std::string>> events(const Path& folder) {
  std::pair<std::vector<uint64_t>, std::vector<std::string>> found;
  std::vector<Path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry);
  EXPECT_EQ(files.size(), 1);
  const std::string file = read_text(files.at(0));
  formats::TfrecordReader records(file);
  while (const auto event = records.next()) {
    const auto value = formats::field_of(formats::field_of(*event, 5), 1);
    formats::MessageReader fields(*event);
    fields.next();
    const uint64_t step = fields.next().value().integer;
    if (!formats::field_of(value, 2).empty()) found.first.push_back(step);
    const auto tensor = formats::field_of(value, 8);
    if (!tensor.empty()) found.second.emplace_back(formats::field_of(tensor, 8));
  }
  EXPECT_EQ(records.position(), file.size());
  return found;
}

TEST_F(LogWriters, TensorBoardsEventFileIsCutBackAndGoesOn) {
  {
    TensorBoard log(run);
    EXPECT_EQ(log.open(0), 0);
    for (int64_t step = 1; step <= 3; ++step) log.add(point(step, 0.5));
    log.add_text("samples", "what it wrote", 3);
    log.sync();
  }
  const Path events_folder = folder / "tensorboard";
  EXPECT_THAT(events(events_folder).second, ElementsAre("    a: 1\n    \n", "    what it wrote\n"));
  const Path file = *std::filesystem::directory_iterator(events_folder);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 3);
  {
    TensorBoard log(run);
    EXPECT_EQ(log.open(9), 3);
    EXPECT_THAT(events(events_folder).second, ElementsAre("    a: 1\n    \n"));
  }
  run.config = "a: 2\n";
  TensorBoard log(run);
  EXPECT_EQ(log.open(2), 2);
  log.add(point(3, 0.25));
  EXPECT_THAT(events(events_folder).first, ElementsAre(1, 2, 3));
  EXPECT_THAT(events(events_folder).second, ElementsAre("    a: 1\n    \n", "    a: 2\n    \n"));
}

/// Remembers points, and fails on demand.
struct Remembering : LogWriter {
  explicit Remembering(std::vector<int64_t>& of) : steps(of) {}
  std::string setting() const override { return "logging/remember"; }
  int64_t open(int64_t points) override {
    steps.resize(std::min(steps.size(), static_cast<size_t>(points)));
    return std::ssize(steps);
  }
  void add(const LogPoint& point) override {
    if (point.step == failing) fail({.what = "disk full", .where = "here", .found = "no space"});
    steps.push_back(point.step);
  }
  void sync() override {}
  std::vector<int64_t>& steps;
  int64_t failing = -1;
};

struct Follower : LogWriters {
  std::vector<int64_t> steps;
  std::vector<std::string> warnings;

  /// A run from `state` that takes steps `from` … `to`, with a writer that fails at `failing`.
  void follow(RunState& state, int64_t from, int64_t to, int64_t failing = -1) {
    Metrics metrics(folder / "metrics.jsonl");
    auto writer = std::make_unique<Remembering>(steps);
    writer->failing = failing;
    LogFollower follower(std::move(writer), folder / "metrics.jsonl",
                         [this](const std::string& text) { warnings.push_back(text); });
    metrics.begin(state);
    follower.begin(state);
    for (int64_t step = from; step <= to; ++step) {
      const StepReport report{.step = step, .line_due = true};
      metrics.step(report);
      follower.step(report);
    }
    metrics.sync(state);
    follower.sync(state);
  }
};

TEST_F(Follower, ARunThatGoesOnHasEachPointOnce) {
  RunState saved;
  follow(saved, 1, 3);
  RunState lost = saved;
  follow(lost, 4, 6);
  EXPECT_THAT(steps, ElementsAre(1, 2, 3, 4, 5, 6));
  follow(saved, 4, 5);
  EXPECT_THAT(steps, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(Follower, AWriterThatFailsWarnsOnceAndIsFilledInLater) {
  RunState state;
  follow(state, 1, 4, /*failing=*/2);
  EXPECT_THAT(steps, ElementsAre(1));
  ASSERT_EQ(warnings.size(), 1);
  EXPECT_THAT(warnings.front(), HasSubstr("logging/remember cannot be written any more (here: disk "
                                          "full (no space)); the run goes on without it"));
  follow(state, 5, 5);
  EXPECT_THAT(steps, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(Follower, LinesThatAreNotDueAreNoPoints) {
  Metrics metrics(folder / "metrics.jsonl");
  LogFollower follower(std::make_unique<Remembering>(steps), folder / "metrics.jsonl", {});
  metrics.begin({});
  follower.begin({});
  follower.step({.step = 1});
  follower.validation({.step = 1});
  EXPECT_THAT(steps, ElementsAre(1));
}

}  // namespace
}  // namespace twofold
