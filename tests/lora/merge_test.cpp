#include <gtest/gtest.h>

#include "lora/toy.h"

namespace twofold {
namespace {

LoRAParams adapt(ParameterTree& tree, double B) {
  const LoRAParams adapters = inject_lora_params(tree, toy::lora(), 1);
  const at::NoGradGuard no_grad;
  for (const auto& adapter : adapters) adapter->tensor("lora_B").fill_(B);
  return adapters;
}

/// A tree that holds `values` as its plain weights.
ParameterTree plain_tree(const NamedTensors& values) {
  ParameterTree tree = toy::gpt();
  for (const auto& [path, value] : values) tree.at(path).weight.value = value;
  return tree;
}

double max_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

TEST(MergeLoraParams, WithZeroBEqualsTheBaseLeafByLeaf) {
  ParameterTree tree = toy::gpt();
  adapt(tree, 0.0);
  const NamedTensors merged = merge_lora_params(tree);
  ASSERT_EQ(merged.size(), tree.all().size());
  for (const auto& [path, value] : merged) {
    EXPECT_LE(max_difference(value, tree.at(path).weight.value), 1e-6) << path;
  }
}

TEST(MergeLoraParams, WithOnesInBDiffersInAdaptedLeavesOnly) {
  ParameterTree tree = toy::gpt();
  adapt(tree, 1.0);
  for (const auto& [path, value] : merge_lora_params(tree)) {
    const bool adapted = toy::is_adapted(tree, path);
    EXPECT_EQ(max_difference(value, tree.at(path).weight.value) > 1e-6, adapted) << path;
  }
}

TEST(MergeLoraParams, ComputesTheSameFunctionAsTheAdapters) {
  ParameterTree tree = toy::gpt();
  adapt(tree, 0.05);
  const at::Tensor ids = at::arange(16, at::kLong);
  const at::Tensor adapted = toy::logits(tree, ids);
  const NamedTensors values = merge_lora_params(tree);
  ParameterTree plain = plain_tree(values);
  EXPECT_LE(max_difference(toy::logits(plain, ids), adapted), 1e-5);
  detach_lora_params(tree);
  EXPECT_GT(max_difference(toy::logits(tree, ids), adapted), 1e-3);
}

TEST(MergeLoraParams, RoundsTheFloat32SumOnceToABfloat16Base) {
  ParameterTree tree = toy::gpt();
  freeze_parameters(tree, "bfloat16");
  adapt(tree, 0.05);
  for (const auto& [path, value] : merge_lora_params(tree)) {
    const Weight& weight = tree.at(path).weight;
    ASSERT_EQ(value.scalar_type(), at::kBFloat16) << path;
    if (weight.attachments.empty()) continue;
    const LowRank term = toy::term_of(tree, path);
    const at::Tensor exact =
        weight.value.to(at::kDouble) +
        at::matmul(term.A.to(at::kDouble), term.B.to(at::kDouble)) * term.scale;
    // float32 and float64 sums may fall on two sides of a tie, but rarely; rounding the product
    // before the sum would differ in a good part of the entries.
    const at::Tensor differs = value.ne(exact.to(at::kBFloat16)).to(at::kDouble);
    EXPECT_LT(differs.mean().item<double>(), 0.003) << path;
    EXPECT_LE(max_difference(value, exact), exact.abs().max().item<double>() / 256) << path;
  }
}

TEST(MergeLoraParams, OfABfloat16BaseComputesTheSameWithinItsPrecision) {
  ParameterTree tree = toy::gpt();
  freeze_parameters(tree, "bfloat16");
  adapt(tree, 0.05);
  const at::Tensor ids = at::arange(16, at::kLong);
  const at::Tensor adapted = toy::logits(tree, ids);
  ParameterTree plain = plain_tree(merge_lora_params(tree));
  EXPECT_LE(max_difference(toy::logits(plain, ids), adapted),
            0.02 * adapted.abs().max().item<double>());
}

TEST(MergeLoraParams, KeepsTheStorageOrder) {
  ParameterTree tree = toy::gpt();
  adapt(tree, 0.1);
  for (const auto& [path, value] : merge_lora_params(tree)) {
    EXPECT_EQ(value.strides(), tree.at(path).weight.value.strides()) << path;
  }
}

TEST(FreezeParameters, CastsEveryLeafAndStopsItsGradient) {
  ParameterTree tree = toy::gpt();
  for (Parameter& leaf : tree.all()) leaf.weight.value.requires_grad_(true);
  toy::loss(tree).backward();
  const NamedTensors before = tree.named();
  freeze_parameters(tree, "bfloat16");
  for (const auto& [path, was] : before) {
    const at::Tensor& now = tree.at(path).weight.value;
    EXPECT_TRUE(at::equal(now, was.detach().to(at::kBFloat16))) << path;
    EXPECT_FALSE(now.requires_grad()) << path;
    EXPECT_FALSE(now.grad().defined()) << path;
    EXPECT_EQ(now.strides(), was.strides()) << path;
  }
  EXPECT_EQ(tree.at("blocks/1/mlp/c_fc/kernel").weight.value.stride(0), 1);
}

TEST(FreezeParameters, InFloat32ChangesNoBit) {
  ParameterTree tree = toy::gpt();
  const at::Tensor ids = at::arange(16, at::kLong), before = toy::logits(tree, ids);
  for (Parameter& leaf : tree.all()) leaf.weight.value.requires_grad_(true);
  freeze_parameters(tree, "float32");
  EXPECT_TRUE(at::equal(toy::logits(tree, ids), before));
  EXPECT_FALSE(toy::logits(tree, ids).requires_grad());
}

}  // namespace
}  // namespace twofold
