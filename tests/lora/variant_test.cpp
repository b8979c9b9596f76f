// What every variant must hold to: the model is the same at the start, merging computes what the
// adapters do, names bring back everything, and without adapters there is the base.
#include <gtest/gtest.h>

#include "lora/toy.h"
#include "lora/variants.h"

namespace twofold {
namespace {

double max_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

at::Tensor ids() { return at::arange(16, at::kLong); }

class Variants : public testing::TestWithParam<toy::Variant> {
 protected:
  static LoRAConfig config() {
    LoRAConfig config = toy::lora();
    GetParam().apply(config);
    return config;
  }
  static LoRAParams inject(ParameterTree& tree) { return inject_lora_params(tree, config(), 1); }
  /// Moves everything that is trained a little.
  static void train(const LoRAParams& adapters) {
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : named_adapters(adapters)) {
      tensor.add_(at::arange(tensor.numel(), at::kFloat).sin().view(tensor.sizes()), 0.02);
    }
  }
};

TEST_P(Variants, StartWithTheOutputOfTheBase) {
  ParameterTree tree = toy::gpt();
  const at::Tensor before = toy::logits(tree, ids());
  inject(tree);
  EXPECT_LE(max_difference(toy::logits(tree, ids()), before), 2e-6);
}

TEST_P(Variants, StartWithTheOutputOfABfloat16BaseWithinItsRounding) {
  ParameterTree tree = toy::gpt();
  freeze_parameters(tree, "bfloat16");
  const at::Tensor before = toy::logits(tree, ids());
  inject(tree);
  EXPECT_LE(max_difference(toy::logits(tree, ids()), before),
            0.01 * before.abs().max().item<double>());
}

TEST_P(Variants, MergeToWhatTheyCompute) {
  ParameterTree tree = toy::gpt();
  train(inject(tree));
  const at::Tensor adapted = toy::logits(tree, ids());
  ParameterTree plain = toy::gpt();
  for (const auto& [path, value] : merge_lora_params(tree)) plain.at(path).weight.value = value;
  EXPECT_LE(max_difference(toy::logits(plain, ids()), adapted), 1e-5);
}

TEST_P(Variants, ComeBackFromTheirNamesOverTheSameBase) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const LoRAParams adapters = inject(first);
  train(adapters);
  for (const auto& [path, value] : base_parameters(first)) second.at(path).weight.value = value;
  NamedTensors named = named_adapters(adapters);
  for (const auto& start : named_starts(adapters)) named.push_back(start);
  const LoRAParams loaded = adapters_from_named(named);
  attach_lora_params(second, loaded, config());
  EXPECT_TRUE(at::equal(toy::logits(first, ids()), toy::logits(second, ids())));
  EXPECT_EQ(count_lora_params(loaded), count_lora_params(adapters));
  EXPECT_EQ(named_starts(loaded).size(), named_starts(adapters).size());
}

TEST_P(Variants, SwitchedOffLeaveTheBaseBitForBit) {
  ParameterTree tree = toy::gpt(), base = toy::gpt();
  train(inject(tree));
  for (const auto& [path, value] : base_parameters(tree)) base.at(path).weight.value = value;
  const at::Tensor expected = toy::logits(base, ids()), adapted = toy::logits(tree, ids());
  if (!changes_base(config())) {
    ParameterTree untouched = toy::gpt();
    EXPECT_TRUE(at::equal(toy::logits(untouched, ids()), expected));
  }
  {
    const AdaptersOff off(tree);
    EXPECT_TRUE(at::equal(toy::logits(tree, ids()), expected));
  }
  EXPECT_TRUE(at::equal(toy::logits(tree, ids()), adapted));
  detach_lora_params(tree);
  EXPECT_TRUE(at::equal(toy::logits(tree, ids()), expected));
}

TEST_P(Variants, GiveEveryTensorOfTheirsAGradientAndTheBaseNone) {
  ParameterTree tree = toy::gpt();
  freeze_parameters(tree, "float32");
  const LoRAParams adapters = inject(tree);
  train(adapters);
  toy::loss(tree).backward();
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    if (name.ends_with("/bias/whole")) continue;  // the toy has no use for its biases
    ASSERT_TRUE(tensor.grad().defined()) << name;
    EXPECT_GT(tensor.grad().abs().max().item<float>(), 0) << name;
  }
  for (const auto& [path, value] : base_parameters(tree)) {
    EXPECT_FALSE(value.requires_grad()) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Variants, testing::ValuesIn(toy::variants()),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace twofold
