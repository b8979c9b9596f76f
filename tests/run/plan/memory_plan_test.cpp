#include "run/plan/memory_plan.h"

#include <gtest/gtest.h>

#include "run/tiny.h"
#include "tensor/machine.h"

namespace twofold {
namespace {

constexpr Trained kAll = Trained::kAllParameters, kAdapters = Trained::kAdapters;

class MemoryOfAPlan : public testing::Test {
 protected:
  MemoryPlan plan(Trained trained, int64_t rows) const {
    return plan_memory(*config_, *model_, trained, adapters_, rows);
  }
  const std::unique_ptr<ModelConfig> config_ = test::tiny_llama();
  const std::unique_ptr<Model> model_ = config_->build();
  const AdapterPlan adapters_{.parameters = 10, .activations = 6, .frozen_bytes = 700};
};

TEST_F(MemoryOfAPlan, PhaseOneKeepsFourNumbersOfEveryParameter) {
  const double bytes = 4.0 * static_cast<double>(model_->parameters().count());
  const MemoryPlan memory = plan(kAll, 1);
  EXPECT_EQ(memory.weights, bytes);
  EXPECT_EQ(memory.gradients, bytes);
  EXPECT_EQ(memory.moments, 2 * bytes);
}

TEST_F(MemoryOfAPlan, PhaseTwoKeepsThemOfTheAdaptersAlone) {
  const MemoryPlan memory = plan(kAdapters, 1);
  EXPECT_EQ(memory.weights, 700 + 4 * 10);
  EXPECT_EQ(memory.gradients, 4 * 10);
  EXPECT_EQ(memory.moments, 2 * 4 * 10);
  EXPECT_GT(memory.activations, plan(kAll, 1).activations);
}

TEST_F(MemoryOfAPlan, ActivationsGrowWithTheRowsAndNothingElseDoes) {
  const MemoryPlan one = plan(kAll, 1), three = plan(kAll, 3);
  EXPECT_EQ(three.activations, 3 * one.activations);
  EXPECT_GT(three.head, one.head);
  EXPECT_EQ(three.weights + three.gradients + three.moments,
            one.weights + one.gradients + one.moments);
}

TEST_F(MemoryOfAPlan, CheckpointingLeavesFewerActivations) {
  const double all = plan(kAll, 1).activations;
  config_->checkpointing = true;
  EXPECT_LT(plan(kAll, 1).activations, all);
}

TEST_F(MemoryOfAPlan, AFrozenWeightCostsFourOperationsATrainedOneSix) {
  const AdapterPlan none;
  const double frozen = flops_per_token(*config_, *model_, kAdapters, none);
  const double trained = flops_per_token(*config_, *model_, kAll, none);
  double weights = static_cast<double>(config_->vocab_size * config_->n_embd);
  for (const Parameter& parameter : model_->parameters().all()) {
    if (parameter.path.starts_with("blocks/") && parameter.is_matrix()) {
      weights += static_cast<double>(parameter.count());
    }
  }
  EXPECT_DOUBLE_EQ(trained - frozen, 2 * weights);
  EXPECT_DOUBLE_EQ(flops_per_token(*config_, *model_, kAdapters, adapters_) - frozen, 6 * 10);
}

/// A plan in which a row takes `bytes`.
auto plan_of(double bytes) {
  return [bytes](int64_t rows) {
    return std::vector<MemoryPlan>{{.activations = bytes * static_cast<double>(rows)}};
  };
}

TEST(LargestMicroBatch, FillsTheBudgetAndNoMore) {
  const double budget = 0.6 * static_cast<double>(machine_memory_bytes());
  EXPECT_EQ(largest_micro_batch(1 << 20, plan_of(budget / 1000.5)), 1000);
  EXPECT_EQ(largest_micro_batch(8, plan_of(budget / 1000.5)), 8);
  EXPECT_EQ(largest_micro_batch(8, plan_of(budget * 2)), 1) << "at least one row";
}

TEST(LargestMicroBatch, IsFoundInFewSteps) {
  int asked = 0;
  const auto plan = plan_of(1);
  largest_micro_batch(int64_t{1} << 60, [&](int64_t rows) {
    ++asked;
    return plan(rows);
  });
  EXPECT_LE(asked, 64);
}

}  // namespace
}  // namespace twofold
