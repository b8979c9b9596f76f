#include "twofold/tensor/parameters.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tensor/storage.h"

namespace twofold {
namespace {

void declare(ParameterTree& tree, const std::string& path, bool transposed = false) {
  tree.declare({.path = path,
                .shape = {40, 30},
                .init = {.stddev = 0.5},
                .axes = {},
                .transposed_storage = transposed,
                .weight = {}});
}

TEST(ParameterTree, AParameterDoesNotDependOnItsNeighbours) {
  ParameterTree one, two;
  declare(one, "a/kernel");
  declare(two, "b/kernel");
  declare(two, "a/kernel");
  one.initialize(3, at::kFloat);
  two.initialize(3, at::kFloat);
  EXPECT_TRUE(at::equal(one.at("a/kernel").weight.value, two.at("a/kernel").weight.value));
  EXPECT_FALSE(at::equal(two.at("b/kernel").weight.value, two.at("a/kernel").weight.value));
  two.initialize(4, at::kFloat);
  EXPECT_FALSE(at::equal(one.at("a/kernel").weight.value, two.at("a/kernel").weight.value));
}

TEST(ParameterTree, DrawsHaveTheAskedSpread) {
  ParameterTree tree;
  declare(tree, "a/kernel");
  tree.initialize(0, at::kFloat);
  const at::Tensor value = tree.at("a/kernel").weight.value;
  EXPECT_NEAR(value.mean().item<double>(), 0, 0.05);
  EXPECT_NEAR(value.std().item<double>(), 0.5, 0.03);
}

TEST(ParameterTree, TransposedStorageIsSeenInItsLogicalShape) {
  ParameterTree tree;
  declare(tree, "a/kernel", true);
  tree.initialize(0, at::kFloat);
  const at::Tensor value = tree.at("a/kernel").weight.value;
  EXPECT_EQ(value.sizes(), at::IntArrayRef({40, 30}));
  EXPECT_TRUE(value.t().is_contiguous());
}

TEST(ParameterTree, KeepsOrderCountsAndReferences) {
  ParameterTree tree;
  Weight& first =
      tree.declare({.path = "z", .shape = {2, 3}, .init = {}, .axes = {}, .weight = {}});
  for (int i = 0; i < 100; ++i) declare(tree, fmt::format("p{}", i));
  EXPECT_EQ(tree.paths().front(), "z");
  EXPECT_EQ(tree.count(), 6 + 100 * 1200);
  EXPECT_EQ(&tree.at("z").weight, &first);
  EXPECT_EQ(tree.find("nothing"), nullptr);
  EXPECT_THROW(declare(tree, "p7"), Bug);
}

TEST(Storage, OrderAndContentsAreTwoThings) {
  const at::Tensor value = at::arange(12, at::kFloat).view({3, 4});
  const at::Tensor turned = in_storage_order(value, true);
  EXPECT_TRUE(at::equal(value, turned));
  EXPECT_TRUE(turned.t().is_contiguous());
  EXPECT_EQ(content_id({{"a", value}}), content_id({{"a", value.clone()}}));
  EXPECT_NE(content_id({{"a", value}}), content_id({{"b", value}}));
  EXPECT_NE(content_id({{"a", value}}), content_id({{"a", value + 1}}));
}

}  // namespace
}  // namespace twofold
