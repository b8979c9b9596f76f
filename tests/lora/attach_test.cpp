#include <gmock/gmock.h>

#include "base/error.h"
#include "lora/movement.h"
#include "lora/toy.h"

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
  for (const Adapter& adapter : adapters) at::Tensor(adapter.B).fill_(value);
}

TEST(InjectLoraParams, GivesEverySelectedMatrixAnAAndABOfItsShape) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora(), 1);
  EXPECT_EQ(adapters.size(), 8u);
  for (const Adapter& adapter : adapters) {
    const Parameter& leaf = tree.at(adapter.path);
    EXPECT_EQ(adapter.A.sizes(), (std::vector<int64_t>{leaf.shape[0], 4})) << adapter.path;
    EXPECT_EQ(adapter.B.sizes(), (std::vector<int64_t>{4, leaf.shape[1]})) << adapter.path;
    EXPECT_TRUE(adapter.A.requires_grad() && adapter.B.requires_grad());
    EXPECT_EQ(adapter.A.scalar_type(), at::kFloat);
    ASSERT_TRUE(leaf.weight.low_rank);
    EXPECT_TRUE(leaf.weight.low_rank->A.is_same(adapter.A));
    EXPECT_TRUE(leaf.weight.low_rank->B.is_same(adapter.B));
    EXPECT_EQ(leaf.weight.low_rank->scale, 1.0);
  }
  EXPECT_FALSE(tree.at("wte").weight.low_rank);
  EXPECT_FALSE(tree.at("ln_f/weight").weight.low_rank);
}

TEST(InjectLoraParams, StartsBAtZeroAndAWithStandardDeviationOneOverRank) {
  ParameterTree tree = toy::gpt(64, 128);
  const LoRAParams adapters = inject_lora_params(tree, toy::lora({"kernel"}, 8), 1);
  double squares = 0, sum = 0;
  int64_t count = 0;
  for (const Adapter& adapter : adapters) {
    EXPECT_EQ(adapter.B.abs().max().item<float>(), 0.0F);
    squares += adapter.A.square().sum().item<double>();
    sum += adapter.A.sum().item<double>();
    count += adapter.A.numel();
  }
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(count)), 1.0 / 8, 0.004);
  EXPECT_NEAR(sum / static_cast<double>(count), 0.0, 0.006);
}

TEST(InjectLoraParams, DrawsEachAFromItsOwnStream) {
  ParameterTree all = toy::gpt(), some = toy::gpt(), other_seed = toy::gpt();
  const auto first = inject_lora_params(all, toy::lora(), 1);
  const auto alone = inject_lora_params(some, toy::lora({"blocks/1/mlp/c_fc"}), 1);
  const auto other = inject_lora_params(other_seed, toy::lora({"blocks/1/mlp/c_fc"}), 2);
  EXPECT_TRUE(at::equal(all.at("blocks/1/mlp/c_fc/kernel").weight.low_rank->A, alone[0].A));
  EXPECT_FALSE(at::equal(other[0].A, alone[0].A));
  EXPECT_FALSE(at::equal(first[0].A, first[4].A));  // the same leaf of two blocks
}

TEST(InjectLoraParams, AdaptsEmbeddingTables) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora({"wte"}), 1);
  ASSERT_EQ(adapters.size(), 1u);
  EXPECT_EQ(adapters[0].A.sizes(), (std::vector<int64_t>{32, 4}));
  EXPECT_EQ(adapters[0].B.sizes(), (std::vector<int64_t>{4, 16}));
}

TEST(InjectLoraParams, RefusesTargetsThatSelectNothingAndAttachesNothingThen) {
  ParameterTree tree = toy::gpt();
  EXPECT_THROW(inject_lora_params(tree, toy::lora({"kernel", "q_proj"}), 1), Error);
  EXPECT_FALSE(tree.at("blocks/0/attn/c_attn/kernel").weight.low_rank);
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
  for (const Adapter& adapter : adapters) {
    EXPECT_GT(adapter.A.grad().abs().max().item<float>(), 0) << adapter.path;
    EXPECT_GT(adapter.B.grad().abs().max().item<float>(), 0) << adapter.path;
  }
  for (const Parameter& leaf : tree.all()) EXPECT_FALSE(leaf.weight.value.grad().defined());
}

TEST(AttachLoraParams, ContinuesFromSavedAdapters) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const LoRAParams saved = inject_lora_params(first, toy::lora(), 1);
  set_B(saved, 0.02);
  const LoRAParams loaded = adapters_from_named(named_adapters(saved));
  attach_lora_params(second, loaded, toy::lora());
  const at::Tensor ids = at::arange(8, at::kLong);
  EXPECT_TRUE(at::equal(toy::logits(first, ids), toy::logits(second, ids)));
  EXPECT_TRUE(loaded[0].A.requires_grad());
  EXPECT_FALSE(loaded[0].A.is_alias_of(saved[0].A));
}

TEST(AttachLoraParams, RefusesAnotherRankNamingTheLeaf) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const LoRAParams saved = inject_lora_params(first, toy::lora(), 1);
  const Problem problem =
      problem_of([&] { attach_lora_params(second, saved, toy::lora({"kernel"}, 8)); });
  EXPECT_THAT(problem.where, HasSubstr("blocks/0/attn/c_attn/kernel"));
  EXPECT_THAT(problem.expected, HasSubstr("(16, 8)"));
  EXPECT_THAT(problem.found, HasSubstr("(16, 4)"));
}

TEST(AttachLoraParams, RefusesOtherTargetsNamingTheLeaf) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const LoRAParams attention = inject_lora_params(first, toy::lora({"attn"}), 1);
  EXPECT_THAT(
      problem_of([&] { attach_lora_params(second, attention, toy::lora({"c_attn"})); }).where,
      HasSubstr("blocks/0/attn/c_proj/kernel"));
  EXPECT_THAT(
      problem_of([&] { attach_lora_params(second, attention, toy::lora({"kernel"})); }).where,
      HasSubstr("blocks/0/mlp/c_fc/kernel"));
  EXPECT_FALSE(second.at("blocks/0/attn/c_attn/kernel").weight.low_rank);
}

TEST(AdaptersFromNamed, RefusesStrangersAndHalves) {
  const at::Tensor matrix = at::zeros({2, 2});
  EXPECT_THAT(problem_of([&] { adapters_from_named({{"a/kernel", matrix}}); }).where, "a/kernel");
  EXPECT_THAT(problem_of([&] {
                adapters_from_named({{"a/kernel/lora_A", matrix}});
              }).found,
              HasSubstr("lora_A only"));
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

TEST(ProveMovement, AcceptsAdaptersThatAllReceivedGradientsAndMoved) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora(), 5);
  EXPECT_NO_THROW(prove_movement(adapters, toy::update(adapters, "none", "none")));
}

TEST(ProveMovement, NamesTheAdaptersThatReceivedNoGradient) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora({"c_fc"}), 5);
  const std::string still = "blocks/1/mlp/c_fc/kernel/lora_A";
  const Problem problem =
      problem_of([&] { prove_movement(adapters, toy::update(adapters, still, still)); });
  EXPECT_EQ(problem.where, still);
  EXPECT_EQ(problem.found, "no gradient");
}

TEST(ProveMovement, NamesTheAdaptersThatDidNotMoveThoughTheyReceivedOne) {
  ParameterTree tree = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, toy::lora({"c_fc"}), 5);
  const std::string still = "blocks/1/mlp/c_fc/kernel/lora_B";
  const Problem problem =
      problem_of([&] { prove_movement(adapters, toy::update(adapters, "none", still)); });
  EXPECT_EQ(problem.where, still);
  EXPECT_THAT(problem.found, HasSubstr("learning rate 0.5"));
  EXPECT_THAT(problem.hint, HasSubstr("optimization/lora/lr"));
}

}  // namespace
}  // namespace twofold
