#include "eval/validation.h"

#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "base/stop.h"
#include "support/tiny_model.h"
#include "twofold/model/loss.h"

namespace twofold {
namespace {

using test::only;
using testing::ElementsAre;

class ValidationTest : public testing::Test {
 protected:
  ValidationTest()
      : root_(Path(testing::TempDir()) / ("twofold-validation-" + std::to_string(getpid()))) {
    model_->parameters().initialize(3, at::kFloat);
    put("a", 100);
    put("b", 20);
  }
  ~ValidationTest() override {
    clear_stop();
    std::filesystem::remove_all(root_);
  }

  void put(const std::string& name, uint32_t tokens) const {
    std::filesystem::create_directories(root_ / name);
    std::ofstream file(root_ / name / "val.bin", std::ios::binary);
    for (uint32_t i = 0; i < tokens; ++i) {
      const uint32_t id = (i * 7 + i / 5) % 32;
      file.write(reinterpret_cast<const char*>(&id), sizeof id);
    }
  }

  Validation sets(int64_t rows, int64_t micro_rows) const {
    Mixture shares = only("a");
    shares[0].rate = 0.25;
    shares.push_back({.name = "b", .rate = 0.75, .style = DatasetStyle::PMD, .suffix = ""});
    return {{{only("b"), "b"}, {shares, "a and b"}}, options(), rows, micro_rows};
  }
  Stage::Options options() const {
    return {.data_root = root_, .width = 8, .vocab_size = 32, .seed = 5, .stage = 0};
  }

  const Path root_;
  const std::unique_ptr<ModelConfig> config_ = test::tiny_llama();
  const std::unique_ptr<Model> model_ = config_->build();
};

TEST_F(ValidationTest, KnowsWhatHasBeenTrainedOn) {
  EXPECT_THAT(sets(4, 2).seen(0), ElementsAre("b"));
  EXPECT_THAT(sets(4, 2).seen(1), ElementsAre("b", "a"));
  EXPECT_THAT(sets(4, 2).all(), ElementsAre("b", "a"));
}

TEST_F(ValidationTest, IsTheMeanLossOfTheSameRowsEveryTime) {
  const auto quiet = [](double) {};
  const Scores once = sets(4, 4).score(*model_, {"a", "b"}, quiet);
  const Batch rows = validation_rows(only("a")[0], options(), 4);
  EXPECT_EQ(once.at("a"), evaluate_loss(*model_, rows, 4).mean());
  EXPECT_EQ(sets(4, 4).score(*model_, {"a", "b"}, quiet), once);
  EXPECT_NEAR(sets(4, 3).score(*model_, {"a"}, quiet).at("a"), once.at("a"), 1e-6);
  EXPECT_NE(sets(3, 4).score(*model_, {"a"}, quiet).at("a"), once.at("a"));
}

TEST_F(ValidationTest, KeepsTheLossOfEachRow) {
  Validation validation = sets(4, 3);
  const Scores scores = validation.score(*model_, {"a"}, [](double) {});
  LossSum all;
  for (const LossSum& row : validation.row_losses("a")) {
    EXPECT_EQ(row.count, 8);
    all.sum += row.sum;
    all.count += row.count;
  }
  EXPECT_EQ(validation.row_losses("a").size(), 4);
  EXPECT_NEAR(all.mean(), scores.at("a"), 1e-9);
  EXPECT_EQ(validation.score(*model_, {"a"}, [](double) {}), scores);
  EXPECT_EQ(validation.row_losses("a").size(), 4) << "of the last time alone";
}

TEST_F(ValidationTest, TakesWhatThereIsAndTellsHowFarItIs) {
  std::vector<double> shares;
  const Scores scores =
      sets(1000, 1).score(*model_, {"b", "a"}, [&](double done) { shares.push_back(done); });
  EXPECT_EQ(shares.size(), 2 + 12);  // 20 and 100 tokens in rows of 8
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_DOUBLE_EQ(shares.back(), 1);
  EXPECT_EQ(scores.size(), 2);
}

TEST_F(ValidationTest, AMixtureWeighsItsDatasets) {
  EXPECT_DOUBLE_EQ(sets(4, 2).mixture_loss(1, {{"a", 4}, {"b", 2}}), 2.5);
  EXPECT_DOUBLE_EQ(sets(4, 2).mixture_loss(0, {{"a", 4}, {"b", 2}}), 2);
}

TEST_F(ValidationTest, IsAnEvaluatorOfWhatHasBeenTrainedOn) {
  Validation validation = sets(4, 4);
  const auto quiet = [](double) {};
  const std::vector<Metric> metrics =
      validation.evaluate({.model = *model_, .stage = 0, .progress = quiet});
  ASSERT_EQ(metrics.size(), 1);
  EXPECT_EQ(metrics[0].name, "val/b/loss");
  EXPECT_EQ(metrics[0].value, validation.score(*model_, {"b"}, quiet).at("b"));
  EXPECT_EQ(metrics[0].better, Metric::Better::kLower);
}

TEST_F(ValidationTest, StopsWhenAsked) {
  request_stop();
  EXPECT_THROW(sets(4, 2).score(*model_, {"a"}, [](double) {}), Interrupted);
}

TEST_F(ValidationTest, EveryDatasetNeedsASplit) {
  for (const char* name : {"a", "b"}) std::filesystem::remove(root_ / name / "val.bin");
  try {
    sets(4, 2);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().size(), 2);
  }
}

}  // namespace
}  // namespace twofold
