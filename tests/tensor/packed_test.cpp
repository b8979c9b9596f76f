#include "tensor/packed.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace twofold {
namespace {

Parameter matrix(bool transposed) {
  Parameter parameter;
  parameter.path = "blocks/0/mlp/kernel";
  parameter.shape = {96, 70};
  parameter.transposed_storage = transposed;
  const at::Tensor value = at::arange(96 * 70, at::kFloat).sin();
  parameter.weight.value = transposed ? value.view({70, 96}).t() : value.view({96, 70});
  return parameter;
}

class Packed : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(StorageOrders, Packed, testing::Bool());

TEST_P(Packed, KeepsShapeAndOrderAndLosesLittle) {
  Parameter parameter = matrix(GetParam());
  const at::Tensor value = parameter.weight.value;
  pack_nf4(parameter.weight);
  EXPECT_EQ(parameter.weight.value.sizes(), value.sizes());
  EXPECT_EQ(parameter.weight.value.strides(), value.strides());
  const at::Tensor back = unpacked(parameter.weight, at::kFloat);
  EXPECT_EQ(back.strides(), value.strides());
  EXPECT_LT((back - value).abs().max().item<float>(), 0.16);
}

TEST_P(Packed, ComesBackFromItsNamedPartsToTheBit) {
  Parameter saved = matrix(GetParam()), read = matrix(GetParam());
  pack_nf4(saved.weight);
  NamedTensors named;
  append_packed(named, saved.path, *saved.weight.packed);
  std::map<std::string, at::Tensor> by_name(named.begin(), named.end());
  EXPECT_TRUE(take_packed(by_name, read, "base.safetensors"));
  EXPECT_TRUE(by_name.empty());
  EXPECT_TRUE(at::equal(unpacked(read.weight, at::kFloat), unpacked(saved.weight, at::kFloat)));
}

TEST(PackedParts, APlainParameterIsLeftAlone) {
  Parameter parameter = matrix(false);
  std::map<std::string, at::Tensor> by_name{{parameter.path, parameter.weight.value}};
  EXPECT_FALSE(take_packed(by_name, parameter, "base.safetensors"));
  EXPECT_EQ(by_name.size(), 1u);
}

TEST(PackedParts, MissingAndMisshapenPartsAreErrors) {
  Parameter parameter = matrix(false);
  pack_nf4(parameter.weight);
  NamedTensors named;
  append_packed(named, parameter.path, *parameter.weight.packed);
  for (size_t i = 1; i < named.size(); ++i) {
    for (const bool missing : {true, false}) {
      std::map<std::string, at::Tensor> by_name(named.begin(), named.end());
      if (missing) {
        by_name.erase(named[i].first);
      } else {
        by_name[named[i].first] = at::zeros({3}, at::kByte);
      }
      Parameter read = matrix(false);
      EXPECT_THROW(take_packed(by_name, read, "base.safetensors"), Error) << named[i].first;
    }
  }
}

}  // namespace
}  // namespace twofold
