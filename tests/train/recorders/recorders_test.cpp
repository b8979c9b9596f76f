#include <gmock/gmock.h>
#include <unistd.h>

#include "train/recorders/log_file.h"
#include "train/recorders/metrics.h"
#include "train/recorders/recorder.h"
#include "train/recorders/samples.h"
#include "train/recorders/timing.h"

namespace twofold {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

struct Recording : testing::Test {
  Path folder = Path(testing::TempDir()) / ("recorders" + std::to_string(getpid()));
  Recording() { std::filesystem::create_directories(folder); }
  ~Recording() override { std::filesystem::remove_all(folder); }
  std::string text(const char* file) const { return read_text(folder / file); }
};

StepReport step(int64_t number, bool line_due) {
  return {.step = number,
          .total_steps = 9,
          .tokens = 8 * number,
          .loss = 1.5,
          .lr = 0.25,
          .grad_norm = 2,
          .line_due = line_due,
          .tokens_per_s = 100};
}

TEST_F(Recording, SamplesAreTheLastOnesALineEach) {
  SamplesFile samples(folder / "samples.jsonl");
  samples.samples({.step = 3, .texts = {{"", "old"}}});
  samples.samples({.step = 9, .texts = {{"adapters off", "a"}, {"adapters on", "b \"c\""}}});
  EXPECT_EQ(text("samples.jsonl"),
            "{\"step\":9,\"which\":\"adapters off\",\"text\":\"a\"}\n"
            "{\"step\":9,\"which\":\"adapters on\",\"text\":\"b \\\"c\\\"\"}\n");
}

TEST_F(Recording, MetricsHoldWhatIsDueAndReproducible) {
  Metrics metrics(folder / "metrics.jsonl");
  EXPECT_EQ(metrics.begin({}), "");
  metrics.step(step(1, true));
  metrics.step(step(2, false));
  metrics.validation({.step = 2,
                      .phase = 1,
                      .tokens = 16,
                      .datasets = {{"a", 0.5}},
                      .moment = "end",
                      .metrics = {{.name = "task/qa", .value = 1}}});
  EXPECT_EQ(text("metrics.jsonl"),
            "{\"step\":1,\"phase\":1,\"tokens\":8,\"loss\":1.5,\"lr\":0.25,\"grad_norm\":2.0}\n"
            "{\"step\":2,\"phase\":1,\"tokens\":16,\"moment\":\"end\",\"val/a/loss\":0.5,"
            "\"task/qa\":1.0}\n");
}

TEST_F(Recording, MetricsGoOnWhereTheStateStands) {
  RunState state;
  {
    Metrics metrics(folder / "metrics.jsonl");
    metrics.begin(state);
    metrics.step(step(1, true));
    metrics.sync(state);
    metrics.step(step(2, true));
  }
  EXPECT_EQ(state.metrics_bytes, text("metrics.jsonl").size() / 2);
  Metrics metrics(folder / "metrics.jsonl");
  EXPECT_EQ(metrics.begin(state), "");
  EXPECT_EQ(text("metrics.jsonl").size(), state.metrics_bytes);
  state.metrics_bytes += 1;
  EXPECT_THAT(metrics.begin(state), HasSubstr("shorter than the checkpoint remembers"));
}

TEST_F(Recording, TimingsAreCutBackByStep) {
  Timing timing(folder / "timing.jsonl");
  timing.begin({});
  for (int64_t number = 1; number <= 3; ++number) timing.step(step(number, true));
  timing.begin({.step = 1});
  EXPECT_THAT(text("timing.jsonl"), HasSubstr("\"step\":1"));
  EXPECT_THAT(text("timing.jsonl"), Not(HasSubstr("\"step\":2")));
}

TEST_F(Recording, TheLogHasDatedLinesAndIsAppendedTo) {
  for (const char* word : {"one", "two"}) {
    LogFile log(folder / "log.txt");
    log.message(Severity::kWarning, word);
    log.step(step(1, false));
  }
  EXPECT_THAT(text("log.txt"), MatchesRegex("[-0-9]+ [:0-9]+ W one\n[-0-9]+ [:0-9]+ W two\n"));
}

TEST_F(Recording, EveryRunHasThoseOfTheListAndThoseThatAreAdded) {
  const RecordedRun run{.results = folder / "results"};
  const auto count = [&](const RecorderChoice& choice) {
    return make_recorders(run, choice, {}).size();
  };
  const size_t before = count({});
  EXPECT_TRUE(std::filesystem::exists(folder / "results" / "log.txt"));
  Path told;
  add_recorder([&](const Path& results) {
    told = results;
    return std::make_unique<Recorder>();
  });
  EXPECT_EQ(count({.row_losses = true, .tensorboard = true, .csv = true}), before + 4);
  EXPECT_EQ(told, folder / "results");
}

}  // namespace
}  // namespace twofold
