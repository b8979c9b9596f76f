// What every variant must hold to: the model is the same at the start, merging computes what the
// adapters do, names bring back everything, and without adapters there is the base.
#include <gtest/gtest.h>

#include "lora/select/selection.h"
#include "lora/toy.h"
#include "lora/variants.h"

namespace twofold {
namespace {

double max_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

at::Tensor ids() { return at::arange(16, at::kLong); }

ParameterTree model(const toy::Variant& variant) { return toy::gpt(16, 32, variant.tied); }

/// A variant over a base of some dtype.
struct Case {
  toy::Variant variant;
  std::string base_dtype;

  LoRAConfig config() const {
    LoRAConfig config = toy::lora();
    config.base_dtype = base_dtype;
    variant.apply(config);
    return config;
  }
  std::string name() const { return variant.name + "_on_" + base_dtype; }
};
void PrintTo(const Case& tested, std::ostream* out) { *out << tested.name(); }

/// Every variant over every base that it may have.
std::vector<Case> cases() {
  std::vector<Case> all;
  for (const toy::Variant& variant : toy::variants()) {
    for (const char* dtype : {"float32", "bfloat16", kNf4}) {
      const Case one{variant, dtype};
      if (selection_problems(model(variant), one.config()).empty()) all.push_back(one);
    }
  }
  return all;
}

class Variants : public testing::TestWithParam<Case> {
 protected:
  static LoRAConfig config() { return GetParam().config(); }
  static ParameterTree base() {
    ParameterTree tree = model(GetParam().variant);
    freeze_parameters(tree, GetParam().base_dtype);
    return tree;
  }
  /// A base with the values of this one's, which injection may have changed.
  static ParameterTree base_of(const ParameterTree& tree) {
    ParameterTree same = base();
    for (const auto& [path, value] : base_parameters(tree)) {
      Parameter* leaf = same.find(path);  // packed leaves are several tensors, and never change
      if (leaf) leaf->weight.value = value;
    }
    return same;
  }
  static LoRAParams inject(ParameterTree& tree) { return inject_lora_params(tree, config(), 1); }
  /// Moves everything that is trained a little.
  static void train(const LoRAParams& adapters) {
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : named_adapters(adapters)) {
      tensor.add_(at::arange(tensor.numel(), at::kFloat).sin().view(tensor.sizes()), 0.02);
    }
  }
  /// What a base in narrow numbers may lose when it is rounded again.
  static double rounding(const at::Tensor& of) {
    if (GetParam().base_dtype == "float32") return 0;
    return 0.01 * of.detach().abs().max().item<double>();
  }
};

TEST_P(Variants, StartWithTheOutputOfTheBase) {
  ParameterTree tree = base();
  const at::Tensor before = toy::logits(tree, ids());
  inject(tree);
  const double allowed = changes_base(config()) ? rounding(before) : 0;
  EXPECT_LE(max_difference(toy::logits(tree, ids()), before), 2e-6 + allowed);
}

TEST_P(Variants, MergeToWhatTheyCompute) {
  ParameterTree tree = base();
  train(inject(tree));
  const at::Tensor adapted = toy::logits(tree, ids());
  ParameterTree plain = model(GetParam().variant);
  for (const auto& [path, value] : merge_lora_params(tree)) plain.at(path).weight.value = value;
  EXPECT_LE(max_difference(toy::logits(plain, ids()), adapted), 1e-5 + rounding(adapted));
}

TEST_P(Variants, ComeBackFromTheirNamesOverTheSameBase) {
  ParameterTree first = base();
  const LoRAParams adapters = inject(first);
  train(adapters);
  ParameterTree second = base_of(first);
  const LoRAParams loaded = attach_lora_params(second, named_tensors(adapters), config());
  EXPECT_TRUE(at::equal(toy::logits(first, ids()), toy::logits(second, ids())));
  EXPECT_EQ(count_lora_params(loaded), count_lora_params(adapters));
  EXPECT_EQ(named_constants(loaded).size(), named_constants(adapters).size());
}

TEST_P(Variants, SwitchedOffLeaveTheBaseBitForBit) {
  ParameterTree tree = base();
  train(inject(tree));
  ParameterTree left = base_of(tree), untouched = base();
  const at::Tensor expected = toy::logits(left, ids()), adapted = toy::logits(tree, ids());
  if (!changes_base(config())) {
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
  ParameterTree tree = base();
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

INSTANTIATE_TEST_SUITE_P(All, Variants, testing::ValuesIn(cases()),
                         [](const auto& tested) { return tested.param.name(); });

}  // namespace
}  // namespace twofold
