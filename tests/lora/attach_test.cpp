#include <gmock/gmock.h>

#include "base/error.h"
#include "lora/toy.h"
#include "lora/update_check.h"

namespace twofold {
namespace {

using testing::HasSubstr;

/// The first problem of the Error that `action` throws.
template <class Action>
Problem problem_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.problems().at(0);
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

void set_B(const LoRAParams& adapters, double value) {
  const at::NoGradGuard no_grad;
  for (const auto& adapter : adapters) adapter->tensor("lora_B").fill_(value);
}

TEST(InjectLoraParams, GivesEverySelectedMatrixAnAAndABOfItsShape) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora(), 1);
  EXPECT_EQ(adapters.size(), 8u);
  for (const auto& adapter : adapters) {
    const Parameter& leaf = tree.at(adapter->path());
    const at::Tensor A = adapter->tensor("lora_A"), B = adapter->tensor("lora_B");
    EXPECT_EQ(A.sizes(), (std::vector<int64_t>{leaf.shape[0], 4})) << leaf.path;
    EXPECT_EQ(B.sizes(), (std::vector<int64_t>{4, leaf.shape[1]})) << leaf.path;
    EXPECT_TRUE(A.requires_grad() && B.requires_grad());
    EXPECT_EQ(A.scalar_type(), at::kFloat);
    ASSERT_TRUE(toy::is_adapted(tree, leaf.path));
    EXPECT_TRUE(toy::term_of(tree, leaf.path).A.is_same(A));
    EXPECT_TRUE(toy::term_of(tree, leaf.path).B.is_same(B));
    EXPECT_EQ(toy::term_of(tree, leaf.path).scale, 1.0);
  }
  EXPECT_FALSE(toy::is_adapted(tree, "wte"));
  EXPECT_FALSE(toy::is_adapted(tree, "ln_f/weight"));
}

TEST(InjectLoraParams, StartsBAtZeroAndAWithStandardDeviationOneOverRank) {
  ParameterTree tree = toy::gpt(64, 128);
  const LoRAParams adapters = inject_lora_params(tree, toy::lora({"kernel"}, 8), 1);
  double squares = 0, sum = 0;
  int64_t count = 0;
  for (const auto& adapter : adapters) {
    const at::Tensor A = adapter->tensor("lora_A");
    EXPECT_EQ(adapter->tensor("lora_B").abs().max().item<float>(), 0.0F);
    squares += A.square().sum().item<double>();
    sum += A.sum().item<double>();
    count += A.numel();
  }
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(count)), 1.0 / 8, 0.004);
  EXPECT_NEAR(sum / static_cast<double>(count), 0.0, 0.006);
}

TEST(InjectLoraParams, DrawsEachAFromItsOwnStream) {
  ParameterTree all = toy::gpt(), some = toy::gpt(), other_seed = toy::gpt();
  const auto first = inject_lora_params(all, toy::lora(), 1);
  const auto alone = inject_lora_params(some, toy::lora({"blocks/1/mlp/c_fc"}), 1);
  const auto other = inject_lora_params(other_seed, toy::lora({"blocks/1/mlp/c_fc"}), 2);
  const auto A_of = [](const auto& adapter) { return adapter->tensor("lora_A"); };
  EXPECT_TRUE(at::equal(toy::term_of(all, "blocks/1/mlp/c_fc/kernel").A, A_of(alone[0])));
  EXPECT_FALSE(at::equal(A_of(other[0]), A_of(alone[0])));
  EXPECT_FALSE(at::equal(A_of(first[0]), A_of(first[4])));  // the same leaf of two blocks
}

TEST(InjectLoraParams, AdaptsEmbeddingTables) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora({"wte"}), 1);
  ASSERT_EQ(adapters.size(), 1u);
  EXPECT_EQ(adapters[0]->tensor("lora_A").sizes(), (std::vector<int64_t>{32, 4}));
  EXPECT_EQ(adapters[0]->tensor("lora_B").sizes(), (std::vector<int64_t>{4, 16}));
}

TEST(InjectLoraParams, RefusesTargetsThatSelectNothingAndAttachesNothingThen) {
  ParameterTree tree = toy::gpt();
  EXPECT_THROW(inject_lora_params(tree, toy::lora({"kernel", "q_proj"}), 1), Error);
  EXPECT_FALSE(has_adapters(tree));
}

TEST(CountLoraParams, IsTheSumOfRankTimesBothWidths) {
  ParameterTree tree = toy::gpt(64, 128);
  EXPECT_EQ(count_lora_params(inject_lora_params(tree, toy::lora(), 1)), 8192);
}

TEST(LoraGradients, ReachBAndThenAButNotTheFrozenBase) {
  ParameterTree tree = toy::gpt();
  freeze_parameters(tree, "float32");
  const LoRAParams adapters = inject_lora_params(tree, toy::lora(), 1);
  set_B(adapters, 0.01);
  toy::loss(tree).backward();
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    EXPECT_GT(tensor.grad().abs().max().item<float>(), 0) << name;
  }
  for (const Parameter& leaf : tree.all()) EXPECT_FALSE(leaf.weight.value.grad().defined());
}

TEST(AttachLoraParams, ContinuesFromSavedAdapters) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const LoRAParams saved = inject_lora_params(first, toy::lora(), 1);
  set_B(saved, 0.02);
  const LoRAParams loaded = attach_lora_params(second, named_adapters(saved), toy::lora());
  const at::Tensor ids = at::arange(8, at::kLong);
  EXPECT_TRUE(at::equal(toy::logits(first, ids), toy::logits(second, ids)));
  EXPECT_TRUE(loaded[0]->tensor("lora_A").requires_grad());
  EXPECT_FALSE(loaded[0]->tensor("lora_A").is_alias_of(saved[0]->tensor("lora_A")));
}

TEST(AttachLoraParams, RefusesAnotherRankNamingTheLeaf) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const LoRAParams saved = inject_lora_params(first, toy::lora(), 1);
  const Problem problem = problem_of(
      [&] { attach_lora_params(second, named_adapters(saved), toy::lora({"kernel"}, 8)); });
  EXPECT_THAT(problem.where, HasSubstr("blocks/0/attn/c_attn/kernel"));
  EXPECT_THAT(problem.expected, HasSubstr("(16, 8)"));
  EXPECT_THAT(problem.found, HasSubstr("(16, 4)"));
}

TEST(AttachLoraParams, RefusesOtherTargetsNamingTheLeaf) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const LoRAParams attention = inject_lora_params(first, toy::lora({"attn"}), 1);
  EXPECT_THAT(problem_of([&] {
                attach_lora_params(second, named_adapters(attention), toy::lora({"c_attn"}));
              }).where,
              HasSubstr("blocks/0/attn/c_proj/kernel"));
  EXPECT_THAT(problem_of([&] {
                attach_lora_params(second, named_adapters(attention), toy::lora({"kernel"}));
              }).where,
              HasSubstr("blocks/0/mlp/c_fc/kernel"));
  EXPECT_FALSE(has_adapters(second));
}

TEST(AttachLoraParams, RefusesStrangersAndHalves) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const NamedTensors saved = named_adapters(inject_lora_params(first, toy::lora({"c_fc"}), 1));
  NamedTensors half = saved, more = saved, stranger = saved;
  half.pop_back();
  more.emplace_back("blocks/0/mlp/c_fc/kernel/lora_C", at::zeros({2, 2}));
  stranger.emplace_back("alone", at::zeros({2, 2}));
  const auto where = [&](const NamedTensors& tensors) {
    return problem_of([&] { attach_lora_params(second, tensors, toy::lora({"c_fc"})); }).where;
  };
  EXPECT_EQ(where(half), "blocks/1/mlp/c_fc/kernel, lora_B");
  EXPECT_EQ(where(more), "blocks/0/mlp/c_fc/kernel, lora_C");
  EXPECT_EQ(where(stranger), "alone");
  EXPECT_FALSE(has_adapters(second));
}

TEST(DetachLoraParams, LeavesTheBaseModel) {
  ParameterTree tree = toy::gpt();
  const at::Tensor ids = at::arange(8, at::kLong), before = toy::logits(tree, ids);
  set_B(inject_lora_params(tree, toy::lora(), 1), 0.5);
  EXPECT_FALSE(at::equal(toy::logits(tree, ids), before));
  detach_lora_params(tree);
  EXPECT_TRUE(at::equal(toy::logits(tree, ids), before));
}

TEST(AdaptersOff, SwitchesTheAdaptersOffForItsScopeOnly) {
  ParameterTree tree = toy::gpt();
  const at::Tensor ids = at::arange(8, at::kLong), base = toy::logits(tree, ids);
  set_B(inject_lora_params(tree, toy::lora(), 1), 0.5);
  const at::Tensor adapted = toy::logits(tree, ids);
  {
    const AdaptersOff off(tree);
    EXPECT_TRUE(at::equal(toy::logits(tree, ids), base));
  }
  EXPECT_TRUE(at::equal(toy::logits(tree, ids), adapted));
  EXPECT_FALSE(at::equal(adapted, base));
}

TEST(CheckAdaptersUpdated, AcceptsAdaptersThatAllReceivedGradientsAndMoved) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora(), 5);
  EXPECT_NO_THROW(check_adapters_updated(adapters, toy::updated(adapters, "none", "none")));
}

TEST(CheckAdaptersUpdated, NamesTheAdaptersThatReceivedNoGradient) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora({"c_fc"}), 5);
  const std::string still = "blocks/1/mlp/c_fc/kernel/lora_A";
  const Problem problem =
      problem_of([&] { check_adapters_updated(adapters, toy::updated(adapters, still, still)); });
  EXPECT_EQ(problem.where, still);
  EXPECT_EQ(problem.found, "no gradient");
}

TEST(CheckAdaptersUpdated, NamesTheAdaptersThatDidNotMoveThoughTheyReceivedOne) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora({"c_fc"}), 5);
  const std::string still = "blocks/1/mlp/c_fc/kernel/lora_B";
  const Problem problem =
      problem_of([&] { check_adapters_updated(adapters, toy::updated(adapters, "none", still)); });
  EXPECT_EQ(problem.where, still);
  EXPECT_THAT(problem.found, HasSubstr("learning rate 0.5"));
  EXPECT_THAT(problem.hint, HasSubstr("optimization/lora/lr"));
}

}  // namespace
}  // namespace twofold
