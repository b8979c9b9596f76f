#include "tensor/device.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "base/error.h"
#include "device/fake_device.h"
#include "optim/problem.h"
#include "tensor/finite.h"
#include "tensor/packed.h"
#include "tensor/storage.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

using test::fake_device;
using testing::ElementsAre;

at::Tensor moved(const at::Tensor& tensor) { return on_device(tensor, fake_device()); }

TEST(FakeDeviceDeathTest, TheHostCannotReadItsMemory) {
  const at::Tensor there = moved(at::ones({4}));
  EXPECT_EXIT(
      {
        volatile float read = *there.const_data_ptr<float>();
        static_cast<void>(read);
      },
      testing::KilledBySignal(SIGSEGV), "");
}

TEST(FakeDevice, IsWhatTheProgramRegistered) {
  EXPECT_EQ(device_of("fake", "--device"), fake_device());
  EXPECT_EQ(device_of("cpu", "--device"), host_device());
  EXPECT_THAT(device_names(), ElementsAre("cpu", "cuda", "fake"));
  EXPECT_THAT([] { device_of("other", "--device"); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("--device")));
}

TEST(FakeDevice, ComputesAndCountsWhoReadsBack) {
  const at::Tensor x = waves({5, 7}, 1), y = moved(x);
  const int64_t before = test::waits();
  const at::Tensor sum = y.square().sum(), largest = y.max();
  EXPECT_EQ(test::waits(), before);
  EXPECT_THAT(numbers_of({sum, largest}),
              ElementsAre(number_of(x.square().sum()), number_of(x.max())));
  EXPECT_EQ(test::waits(), before + 1);
  EXPECT_EQ(number_of(sum), number_of(x.square().sum()));
  EXPECT_EQ(test::waits(), before + 2);
}

TEST(Host, ValuesComeBackAsTheyWereGiven) {
  const std::vector<int64_t> values = {3, -1, 4, 1, 5, 9};
  const at::Tensor there = tensor_of(values, {2, 3}, fake_device());
  EXPECT_EQ(there.device(), fake_device());
  EXPECT_EQ(values_of<int64_t>(there), values);
  EXPECT_THAT(values_of<float>(there.t()), ElementsAre(3, 1, -1, 5, 4, 9));
  EXPECT_TRUE(numbers_of({}).empty());
}

TEST(Nf4, UnpacksToTheSameBitsOnEveryDevice) {
  const at::Tensor values = waves({64 * 300 + 7}, 2);
  const Nf4 here = quantize_nf4(values), there = quantize_nf4(moved(values));
  EXPECT_EQ(there.codes.device(), fake_device());
  EXPECT_TRUE(at::equal(on_host(there.codes), here.codes));
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kDouble}) {
    EXPECT_TRUE(at::equal(on_host(dequantize_nf4(there, type)), dequantize_nf4(here, type)));
  }
}

TEST(Tensors, AreToldApartOnEveryDevice) {
  const at::Tensor x = waves({3, 4}, 3);
  EXPECT_EQ(content_id({{"x", x}}), content_id({{"x", moved(x)}}));
  EXPECT_EQ(content_id({{"x", x.t()}}), content_id({{"x", moved(x.t())}}));
  EXPECT_TRUE(is_finite(moved(x)));
  EXPECT_FALSE(is_finite(moved(x / 0)));
  EXPECT_TRUE(is_finite(moved(x.to(at::kLong))));
}

TEST(ParameterTree, MovesItsValuesAndKeepsTheirOrder) {
  ParameterTree tree;
  tree.declare({.path = "plain", .shape = {6}, .init = {}, .axes = {}, .weight = {}});
  tree.declare({.path = "kernel",
                .shape = {6, 4},
                .init = {},
                .axes = {},
                .transposed_storage = true,
                .weight = {}});
  tree.declare({.path = "packed", .shape = {8, 64}, .init = {}, .axes = {}, .weight = {}});
  tree.initialize(1, at::kFloat);
  pack_nf4(tree.at("packed").weight);
  const NamedTensors before = tree.named();
  const at::Tensor unpacked_before = unpacked(tree.at("packed").weight, at::kFloat);
  tree.move_to(fake_device());
  EXPECT_EQ(tree.device(), fake_device());
  EXPECT_EQ(tree.at("kernel").weight.value.strides(), before[1].second.strides());
  EXPECT_TRUE(at::equal(on_host(tree.at("kernel").weight.value), before[1].second));
  EXPECT_TRUE(at::equal(on_host(unpacked(tree.at("packed").weight, at::kFloat)), unpacked_before));
}

/// The tensors of problem() on the device, after `steps` updates with few enough waits.
void expect_few_waits(const OptimizerConfig& config) {
  std::vector<Trainable> here = problem(), there = problem();
  for (Trainable& tensor : there) {
    tensor.value = moved(tensor.value.detach()).requires_grad_(true);
  }
  const auto one = make_optimizer(config, here), other = make_optimizer(config, there);
  for (int step = 0; step < 3; ++step) {
    set_gradients(here, step);
    for (size_t i = 0; i < here.size(); ++i) {
      there[i].value.mutable_grad() = moved(here[i].value.grad());
    }
    const int64_t before = test::waits();
    other->step(0.01, gradient_norm(there));
    EXPECT_EQ(test::waits(), before + 1);
    one->step(0.01, gradient_norm(here));
  }
  for (size_t i = 0; i < here.size(); ++i) {
    EXPECT_LE(max_difference(on_host(there[i].value), here[i].value), 1e-6) << here[i].name;
  }
  EXPECT_EQ(values_of<int64_t>(other->state().back().second), std::vector<int64_t>{3});
}

TEST(AdamW, WaitsOnceAStepForTheSizeOfTheGradients) { expect_few_waits({}); }
TEST(Muon, WaitsOnceAStepForTheSizeOfTheGradients) { expect_few_waits({.optimizer = "muon"}); }

}  // namespace
}  // namespace twofold
