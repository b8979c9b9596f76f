#include "tensor/io.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tensor/dtype.h"

namespace twofold {
namespace {

Path file(const char* name) {
  return Path(testing::TempDir()) / (std::string(name) + std::to_string(getpid()) + ".safetensors");
}

TEST(TensorIo, RoundTripKeepsBitsDtypesAndShapes) {
  const NamedTensors tensors = {{"f32", at::rand({3, 5})},
                                {"bf16", at::rand({7}).to(at::kBFloat16)},
                                {"i64", at::arange(4)},
                                {"scalar", at::scalar_tensor(2.5)},
                                {"empty", at::empty({0, 3})}};
  write_tensors(file("round"), tensors);
  const NamedTensors back = read_tensors(file("round"));
  ASSERT_EQ(back.size(), tensors.size());
  for (const auto& [name, value] : back) {
    const auto original = std::find_if(tensors.begin(), tensors.end(),
                                       [&](const auto& pair) { return pair.first == name; });
    EXPECT_EQ(value.scalar_type(), original->second.scalar_type());
    EXPECT_TRUE(at::equal(value, original->second)) << name;
  }
}

TEST(TensorIo, ATransposedViewIsWrittenInItsLogicalOrder) {
  const at::Tensor value = at::arange(6, at::kFloat).view({2, 3});
  write_tensors(file("turned"), {{"x", value.t()}});
  EXPECT_TRUE(at::equal(read_tensors(file("turned"))[0].second, value.t()));
}

TEST(TensorIo, AMappedTensorOutlivesItsFile) {
  write_tensors(file("gone"), {{"x", at::arange(100, at::kFloat)}});
  const at::Tensor x = read_tensors(file("gone"))[0].second;
  std::filesystem::remove(file("gone"));
  EXPECT_EQ(x.sum().item<float>(), 4950);
}

TEST(DType, NamesGoBothWays) {
  for (const char* name : {"float32", "bfloat16", "float16", "float64"}) {
    EXPECT_EQ(dtype_name(scalar_type(name)), name);
    EXPECT_EQ(scalar_type(file_dtype(scalar_type(name))), scalar_type(name));
  }
}

}  // namespace
}  // namespace twofold
