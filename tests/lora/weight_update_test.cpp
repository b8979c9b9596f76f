#include "lora/weight_update.h"

#include <gtest/gtest.h>

#include "lora/toy.h"
#include "lora/variants.h"

namespace twofold {
namespace {

constexpr const char* kLeaf = "blocks/0/attn/c_proj/kernel";

double max_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

/// Moves everything that the adapters train.
void train(const LoRAParams& adapters) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    at::Tensor trained = tensor;
    trained.add_(at::arange(tensor.numel()).view(tensor.sizes()).sin(), 0.05);
  }
}

class WeightUpdates : public testing::TestWithParam<toy::Variant> {
 protected:
  ParameterTree tree_ = toy::gpt(16, 32, GetParam().tied);
  LoRAParams adapters_;

  void SetUp() override {
    LoRAConfig config = toy::lora();
    GetParam().apply(config);
    adapters_ = inject_lora_params(tree_, config, 1);
    train(adapters_);
  }
  at::Tensor logits() { return toy::logits(tree_, at::arange(16, at::kLong)); }
};

TEST_P(WeightUpdates, IsBetweenTheWeightsThatPhaseTwoFoundAndTheMergedOnes) {
  const ParameterTree found = toy::gpt(16, 32, GetParam().tied);
  for (const auto& [path, merged] : merge_lora_params(tree_)) {
    const WeightUpdate update = weight_update(tree_.at(path).weight, at::kDouble);
    EXPECT_EQ(update.before.scalar_type(), at::kDouble);
    EXPECT_LE(max_difference(update.before, found.find(path)->weight.value), 1e-6) << path;
    EXPECT_LE(max_difference(update.after, merged), 1e-6) << path;
  }
}

TEST_P(WeightUpdates, IsScaledForAWhile) {
  const at::Tensor whole = logits();
  {
    const AdaptersScaled same(tree_, 1);
    EXPECT_LE(max_difference(logits(), whole), 1e-5);
  }
  {
    const ParameterTree found = toy::gpt(16, 32, GetParam().tied);
    ParameterTree plain = toy::gpt(16, 32, GetParam().tied);
    for (Parameter& leaf : plain.all()) {
      const WeightUpdate update = weight_update(tree_.at(leaf.path).weight, at::kFloat);
      leaf.weight.value = at::lerp(update.before, update.after, 0.25);
    }
    const at::Tensor expected = toy::logits(plain, at::arange(16, at::kLong));
    const AdaptersScaled quarter(tree_, 0.25);
    EXPECT_LE(max_difference(logits(), expected), 1e-5);
    EXPECT_GT(max_difference(logits(), whole), 1e-4);
  }
  EXPECT_TRUE(at::equal(logits(), whole));
}

INSTANTIATE_TEST_SUITE_P(All, WeightUpdates, testing::ValuesIn(toy::variants()),
                         [](const auto& tested) { return tested.param.name; });

TEST(LowRankUpdate, IsTheTermOfAdaptersThatAreNothingMore) {
  ParameterTree tree = toy::gpt();
  EXPECT_FALSE(low_rank_update(tree.at(kLeaf).weight));
  train(inject_lora_params(tree, toy::lora(), 1));
  const auto term = low_rank_update(tree.at(kLeaf).weight);
  ASSERT_TRUE(term);
  const WeightUpdate update = weight_update(tree.at(kLeaf).weight, at::kDouble);
  EXPECT_LE(
      max_difference(at::matmul(term->A, term->B).mul(term->scale), update.after - update.before),
      1e-6);
}

TEST(LowRankUpdate, IsNoneWhereTheStartWasTakenOutOfTheWeight) {
  ParameterTree tree = toy::gpt();
  LoRAConfig config = toy::lora();
  config.init = "pissa";
  inject_lora_params(tree, config, 1);
  EXPECT_FALSE(low_rank_update(tree.at(kLeaf).weight));
}

}  // namespace
}  // namespace twofold
