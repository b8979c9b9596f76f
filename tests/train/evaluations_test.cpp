#include "train/evaluations.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "support/tiny_model.h"
#include "twofold/train/step.h"

namespace twofold {
namespace {

using testing::ElementsAre;

/// A measure that has the number of times it was taken.
struct Count : Evaluator {
  std::string name() const override { return "count"; }
  std::vector<Metric> evaluate(const Evaluation&) override {
    return {{.name = "task/count", .value = ++taken, .better = Metric::Better::kHigher}};
  }
  double taken = 0;
};

struct Reports : Observer {
  void validation(const ValidationReport& report) override { all.push_back(report); }
  std::vector<ValidationReport> all;
};

class Scoring : public testing::Test {
 protected:
  Scoring() : root_(Path(testing::TempDir()) / ("evaluations-" + std::to_string(getpid()))) {
    model_->parameters().initialize(3, at::kFloat);
    std::filesystem::create_directories(root_ / "a");
    std::ofstream file(root_ / "a" / "val.bin", std::ios::binary);
    for (uint32_t id = 0; id < 32; ++id) file.write(reinterpret_cast<const char*>(&id), sizeof id);
  }
  ~Scoring() override { std::filesystem::remove_all(root_); }

  Evaluations evaluations() {
    const Stage::Options options{
        .data_root = root_, .width = 8, .vocab_size = 32, .seed = 5, .stage = 0};
    std::vector<std::unique_ptr<Evaluator>> others;
    others.push_back(std::make_unique<Count>());
    return {std::make_unique<Validation>(std::vector<ValidationStage>{{test::only("a"), "key"}},
                                         options, 4, 2),
            std::move(others), /*last_stage=*/0, reports_};
  }

  const Path root_;
  const std::unique_ptr<ModelConfig> config_ = test::tiny_llama();
  const std::unique_ptr<Model> model_ = config_->build();
  Reports reports_;
  RunState state_{.step = 7};
};

TEST_F(Scoring, AValidationIsNotedAndTold) {
  Evaluations all = evaluations();
  EXPECT_TRUE(all.validate(*model_, state_, 0, 0));
  EXPECT_FALSE(all.validate(*model_, state_, 0, 0)) << "the same again is no better";
  EXPECT_EQ(state_.validated_step, 7);
  ASSERT_EQ(reports_.all.size(), 2);
  EXPECT_EQ(reports_.all[0].loss, state_.best_loss);
  EXPECT_TRUE(reports_.all[0].best);
  EXPECT_FALSE(reports_.all[1].best);
  EXPECT_EQ(reports_.all[1].metrics.at(0).value, 2) << "other evaluators are asked too";
}

TEST_F(Scoring, AMilestoneIsScoredOnce) {
  Evaluations all = evaluations();
  EXPECT_TRUE(all.score(Milestone::kStart, *model_, state_));
  EXPECT_FALSE(all.score(Milestone::kStart, *model_, state_));
  EXPECT_EQ(reports_.all.size(), 1);
  EXPECT_EQ(reports_.all[0].moment, "start");
  EXPECT_EQ(state_.scores.at(Milestone::kStart).at("a"), reports_.all[0].datasets.at(0).second);
  EXPECT_EQ(state_.best_loss, std::nullopt);
  EXPECT_TRUE(all.score_end(Milestone::kEnd, *model_, state_, 0));
  EXPECT_EQ(state_.best_loss, state_.scores.at(Milestone::kEnd).at("a"));
}

TEST_F(Scoring, WithoutValidationOnlyOtherEvaluatorsAreAsked) {
  Evaluators others;
  others.push_back(std::make_unique<Count>());
  Evaluations tasks(nullptr, std::move(others), 0, reports_);
  EXPECT_TRUE(tasks.active());
  EXPECT_TRUE(tasks.score(Milestone::kStart, *model_, state_));
  EXPECT_FALSE(tasks.score(Milestone::kStart, *model_, state_));
  EXPECT_FALSE(tasks.validate(*model_, state_, 0, 1)) << "without a loss nothing is the best";
  EXPECT_FALSE(state_.phase_ended_early);
  EXPECT_EQ(state_.validated_step, 7);
  EXPECT_FALSE(tasks.score_end(Milestone::kEnd, *model_, state_, 0));
  ASSERT_EQ(reports_.all.size(), 3);
  EXPECT_EQ(reports_.all[2].metrics.at(0).value, 3);
}

TEST_F(Scoring, WithoutAnyEvaluatorNothingIsScored) {
  Evaluations none(nullptr, {}, 0, reports_);
  EXPECT_FALSE(none.active());
  EXPECT_FALSE(none.score(Milestone::kStart, *model_, state_));
  EXPECT_TRUE(state_.scores.empty());
}

TEST_F(Scoring, ALossThatIsNotFiniteStopsTheRun) {
  const at::NoGradGuard no_grad;
  model_->parameters().all().front().weight.value.fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_THROW(evaluations().score(Milestone::kStart, *model_, state_), NotFinite);
  EXPECT_TRUE(state_.scores.empty());
}

}  // namespace
}  // namespace twofold
