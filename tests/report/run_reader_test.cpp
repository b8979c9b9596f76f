#include "report/read/run_reader.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"
#include "report/settings.h"
#include "report/temp_folder.h"

namespace twofold::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kConfig =
    "job: llama/train/lora\n"
    "architecture:\n  block_size: 16\n"
    "training:\n  batch_size: 4\n  pre_lora_tokens: [1600, 100]\n  post_lora_tokens: [1280]\n";

class RunReaderTest : public ::testing::Test {
 protected:
  void write(const char* file, const std::string& text) {
    std::ofstream(folder_.path() / file) << text;
  }
  RunReader reader() { return {"first", folder_.path()}; }

  test::TempFolder folder_;
};

TEST_F(RunReaderTest, ReadsStepsValidationsAndTheirErrors) {
  write("config.yaml", kConfig);
  write(
      "metrics.jsonl",
      R"({"step":0,"phase":1,"tokens":0,"moment":"start","val/a/loss":5.5})"
      "\n"
      R"({"step":1,"phase":1,"tokens":64,"loss":5.25,"lr":0.01,"grad_norm":null})"
      "\n"
      R"({"step":1,"phase":1,"tokens":64,"val/a/loss":5.0,"eval/q/acc":0.5,"eval/q/acc/stderr":0.1})"
      "\nnot json\n");
  RunReader run = reader();
  EXPECT_TRUE(run.refresh());
  const RunData& data = run.data();
  ASSERT_EQ(data.train.size(), 1u);
  EXPECT_EQ(data.train[0].loss, 5.25);
  EXPECT_TRUE(std::isnan(data.train[0].grad_norm));
  ASSERT_EQ(data.scored.size(), 2u);
  EXPECT_EQ(data.scored[0].moment, "start");
  EXPECT_EQ(data.scored[1].metrics.at("eval/q/acc").standard_error, 0.1);
  EXPECT_TRUE(std::isnan(data.scored[1].metrics.at("val/a/loss").standard_error));
  EXPECT_FALSE(run.refresh());
}

TEST_F(RunReaderTest, ReadsWhatPhaseTwoDoesToTheWeights) {
  write("config.yaml", kConfig);
  write(
      "metrics.jsonl",
      R"({"step":30,"phase":2,"tokens":9,"val/a/loss":5,"update/blocks/0/attn/q_proj/relative_norm":0.5,)"
      R"("update/blocks/0/attn/q_proj/rank90":3,"update/odd/measure":1})"
      "\n");
  RunReader run = reader();
  ASSERT_TRUE(run.refresh());
  const Scored& scored = run.data().scored.at(0);
  ASSERT_EQ(scored.updates.size(), 1u);
  const UpdateMeasures& measures = scored.updates.at("blocks/0/attn/q_proj");
  EXPECT_EQ(measures[0], 0.5);
  EXPECT_EQ(measures[1], 3);
  EXPECT_TRUE(std::isnan(measures[2]));
  EXPECT_FALSE(scored.metrics.contains("update/blocks/0/attn/q_proj/rank90"));
}

TEST_F(RunReaderTest, KnowsHowManyStepsTheRunTakes) {
  write("config.yaml", kConfig);
  RunReader run = reader();
  run.refresh();
  EXPECT_EQ(run.data().total_steps(), 25 + 2 + 20);  // every stage is rounded up by itself
}

TEST_F(RunReaderTest, CountsTheListOfAPhaseWhereAJobHasOneStageBeside) {
  write("config.yaml", std::string(kConfig) + "  tokens: 1000000000\n");
  RunReader run = reader();
  run.refresh();
  EXPECT_EQ(run.data().total_steps(), 25 + 2 + 20);
  write("config.yaml", "architecture: {block_size: 16}\ntraining: {batch_size: 4, tokens: 1600}\n");
  RunReader pretraining = reader();
  pretraining.refresh();
  EXPECT_EQ(pretraining.data().total_steps(), 25);
}

/// A run of 47 steps that was scored at its end `at_step`.
RunData ended(int64_t at_step, std::vector<std::pair<std::string, std::string>> more = {}) {
  RunData run{.config = {{"architecture/block_size", "16"},
                         {"training/batch_size", "4"},
                         {"training/tokens", "[3008]"}}};
  run.config.insert(run.config.end(), more.begin(), more.end());
  run.train = {{.step = at_step}};
  run.scored = {{.step = at_step, .moment = "end"}};
  return run;
}

TEST(RunData, IsFinishedWhereItsBudgetEnds) {
  EXPECT_TRUE(ended(47).finished());
  EXPECT_FALSE(ended(25).finished());  // was the end, and has been given more since
  EXPECT_TRUE(ended(25, {{"training/patience", "3"}}).finished());
  RunData goes_on = ended(25, {{"training/patience", "3"}});
  goes_on.train.push_back({.step = 26});
  EXPECT_FALSE(goes_on.finished());
}

TEST(RunData, WithoutValidationItsLastCheckpointTells) {
  RunData run = ended(47);
  run.scored.clear();
  EXPECT_FALSE(run.finished());
  run.checkpoints = {{.suffix = "final/3008", .step = 47}};
  EXPECT_TRUE(run.finished());
}

TEST_F(RunReaderTest, TakesEachWarningOfTheLogOnce) {
  write("config.yaml", kConfig);
  write("log.txt",
        "2026-11-29 04:00:01 I the plan\n2026-11-29 04:00:02 W mind the gap\n"
        "2026-11-29 05:00:02 W mind the gap\nW not dated\n");
  RunReader run = reader();
  run.refresh();
  EXPECT_THAT(run.data().warnings, ElementsAre("mind the gap"));
}

TEST_F(RunReaderTest, ReadsTheMatrixOfAContinualRun) {
  write("config.yaml", kConfig);
  write("continual.json",
        R"({"tasks":["a","b"],"boundaries":["start","end"],"metric":"acc","higher_is_better":true,)"
        R"("R":[[{"value":0.1,"n":9,"stderr":0.01,"interval":[0.08,0.12]},null],)"
        R"([{"value":0.5,"n":9,"stderr":null,"interval":null},{"value":0.25,"n":9}]],)"
        R"("metrics":{"average":0.375,"forgetting":null},)"
        R"("changes":[{"task":"a","from":"start","to":"end","change":0.4,"interval":[0.3,0.5],)"
        R"("verdict":"learned"}],"outcome":[{"task":"b","change":1}],)"
        R"("validation":{"tasks":["x"],"higher_is_better":null,"R":[[{"value":3}]]}})");
  RunReader run = reader();
  run.refresh();
  ASSERT_EQ(run.data().continual.size(), 2u);
  const Continual &all = run.data().continual[0], &losses = run.data().continual[1];
  EXPECT_THAT(all.task_metrics, ElementsAre("acc", "acc"));
  EXPECT_THAT(losses.task_metrics, ElementsAre("loss"));
  EXPECT_EQ(all.changes[0].verdict, "learned");
  EXPECT_EQ(all.changes[0].interval.low, 0.3);
  EXPECT_EQ(all.outcome[0].metric, "acc");
  EXPECT_EQ(all.outcome[0].verdict, "");
  ASSERT_EQ(losses.scores.size(), 2u);  // one that is not measured yet
  EXPECT_FALSE(losses.scores[1][0]);
  EXPECT_EQ(all.scores[0][0]->interval.high, 0.12);
  EXPECT_FALSE(all.scores[0][1]);
  EXPECT_TRUE(std::isnan(all.scores[1][0]->interval.low));
  EXPECT_THAT(all.metrics, ElementsAre(Pair("average", 0.375)));
}

TEST_F(RunReaderTest, ReadsTheCurveOfScaledAdapters) {
  write("config.yaml", kConfig);
  write("adapter_curve.json",
        R"({"scales":[0,1],"evaluations":{"val/a/loss":[{"value":2,"stderr":0.5},{"value":1}]}})");
  RunReader run = reader();
  run.refresh();
  const AdapterCurve& curve = run.data().adapter_curve.value();
  EXPECT_THAT(curve.scales, ElementsAre(0, 1));
  EXPECT_EQ(curve.evaluations[0].second[0].standard_error, 0.5);
}

TEST_F(RunReaderTest, RefusesARunThatHasNotBegun) {
  try {
    reader();
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("has not begun"));
  }
}

TEST_F(RunReaderTest, RefusesAMatrixThatIsNone) {
  write("config.yaml", kConfig);
  write("continual.json", R"({"tasks":["a"],"boundaries":["start"],"R":[[{"n":1}]]})");
  RunReader run = reader();
  EXPECT_THROW(run.refresh(), Error);
}

TEST(Settings, AreFlatAndInOrder) {
  EXPECT_THAT(settings_in("b: {c: 1, a: [x, {k: 2}]}\na: {}\n", "x.yaml"),
              ElementsAre(Pair("b/c", "1"), Pair("b/a", "[x, {k: 2}]"), Pair("a", "{}")));
  EXPECT_THAT(numbers_in("[1e3, 2, x]"), ElementsAre(1000, 2));
  EXPECT_THAT(numbers_in("7"), ElementsAre(7));
}

}  // namespace
}  // namespace twofold::report
