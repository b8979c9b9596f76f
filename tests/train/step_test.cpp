#include "twofold/train/step.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "toy.h"

namespace twofold {
namespace {

using test::Toy;
using test::toy_batch;
using testing::HasSubstr;

TEST(TrainStep, IsTheMeanOverSupervisedTokensWhateverTheMicroBatches) {
  Toy whole;
  const StepResult expected =
      train_step(whole.loss(), toy_batch(0), 4, whole.tensors, *whole.optimizer, 0.1, 1);
  double sum = 0;
  const Batch batch = toy_batch(0);
  for (size_t i = 0; i < batch.labels.size(); ++i) {
    if (batch.labels[i] >= 0) sum += batch.tokens[i] * batch.tokens[i];
  }
  EXPECT_NEAR(expected.loss, sum / static_cast<double>(batch.supervised()), 1e-5);
  EXPECT_GT(expected.grad_norm, 0);
  for (const int64_t micro_rows : {1, 2, 3}) {
    Toy split;
    const StepResult result =
        train_step(split.loss(), batch, micro_rows, split.tensors, *split.optimizer, 0.1, 1);
    EXPECT_NEAR(result.loss, expected.loss, 1e-6 * expected.loss);
    EXPECT_NEAR(result.grad_norm, expected.grad_norm, 1e-6 * expected.grad_norm);
    EXPECT_TRUE(at::allclose(split.weights(), whole.weights(), 1e-6));
  }
}

TEST(TrainStep, TellsTheLossWhichRowsItGets) {
  Toy toy;
  std::vector<int64_t> firsts;
  const LossFunction recording = [&](const Batch& micro, double scale, int64_t first_row) {
    firsts.push_back(first_row);
    return toy.loss()(micro, scale, first_row);
  };
  train_step(recording, toy_batch(0), 3, toy.tensors, *toy.optimizer, 0.1, 1);
  EXPECT_THAT(firsts, testing::ElementsAre(0, 3));
}

TEST(TrainStep, TellsWhatEachRowContributedIfTheLossSaysSo) {
  Toy toy;
  const auto with_rows = [&](const Batch& micro, double scale, int64_t first_row) {
    std::vector<double> sums;
    for (int64_t row = 0; row < micro.rows; ++row) {
      sums.push_back(toy.loss()(micro.slice(row, row + 1), 1, 0).loss.item<double>());
    }
    return MicroLoss(toy.loss()(micro, scale, first_row).loss, at::tensor(sums, at::kDouble));
  };
  const StepResult result =
      train_step(with_rows, toy_batch(0), 3, toy.tensors, *toy.optimizer, 0.1, 1);
  ASSERT_EQ(result.rows.size(), 4);
  double sum = 0;
  int64_t count = 0;
  for (const RowLoss& row : result.rows) {
    sum += row.sum;
    count += row.count;
  }
  EXPECT_EQ(result.rows[1].count, 1) << "two of its labels are -1";
  EXPECT_EQ(count, toy_batch(0).supervised());
  EXPECT_NEAR(sum / static_cast<double>(count), result.loss, 1e-6 * result.loss);
  const Batch again = toy_batch(1);
  EXPECT_TRUE(train_step(toy.loss(), again, 3, toy.tensors, *toy.optimizer, 0.1, 2).rows.empty());
}

/// What the step says when it refuses; the weights must be as before.
std::string refusal(Toy& toy, const LossFunction& loss, const Batch& batch) {
  const at::Tensor before = toy.weights();
  try {
    train_step(loss, batch, 2, toy.tensors, *toy.optimizer, 0.1, 17);
  } catch (const Error& error) {
    EXPECT_TRUE(at::equal(toy.weights(), before));
    return error.what();
  }
  return "not refused";
}

TEST(TrainStep, ABatchWithoutASupervisedTokenIsAnError) {
  Toy toy;
  Batch batch = toy_batch(0);
  std::fill(batch.labels.begin(), batch.labels.end(), -1);
  EXPECT_THAT(refusal(toy, toy.loss(), batch), HasSubstr("toy row 0"));
}

TEST(TrainStep, ALossThatIsNotFiniteNamesTheStepAndItsRows) {
  Toy toy;
  const LossFunction broken = [&](const Batch& micro, double scale, int64_t first_row) {
    const at::Tensor loss = toy.loss()(micro, scale, first_row).loss;
    return first_row == 2 ? loss * std::numeric_limits<double>::infinity() : loss;
  };
  const std::string text = refusal(toy, broken, toy_batch(0));
  EXPECT_THAT(text, HasSubstr("step 17, toy row 2, toy row 3"));
  EXPECT_THAT(text, Not(HasSubstr("toy row 1")));
}

TEST(TrainStep, AGradientThatIsNotFiniteNamesItsTensor) {
  Toy toy;
  const LossFunction broken = [&](const Batch& micro, double scale, int64_t first_row) {
    // √0 = 0 is finite, its derivative is not.
    return toy.loss()(micro, scale, first_row).loss + at::sqrt(toy.tensors[0].value).sum();
  };
  EXPECT_THAT(refusal(toy, broken, toy_batch(0)), HasSubstr("the gradient of w"));
}

}  // namespace
}  // namespace twofold
