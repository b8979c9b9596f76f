#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "lora/select/selection.h"
#include "lora/toy.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

int64_t selected(const std::vector<bool>& filter) {
  return std::count(filter.begin(), filter.end(), true);
}

/// Everything that match_targets says about targets that it refuses.
std::vector<Problem> refusal(const std::vector<std::string>& targets) {
  try {
    match_targets(toy::gpt_shapes(), toy::lora(targets));
  } catch (const Error& error) {
    return error.problems();
  }
  ADD_FAILURE() << "was accepted";
  return {};
}

int64_t count_of(const ParameterTree& tree, int64_t rank) {
  return match_targets(tree, toy::lora({"kernel"}, rank)).at(0).parameters;
}

TEST(ParamFilter, KernelSelectsSomeLeavesButNotAll) {
  const std::vector<bool> filter = param_filter(toy::gpt_shapes(), {"kernel"});
  EXPECT_EQ(selected(filter), 8);
  EXPECT_EQ(filter.size(), 14u);
}

TEST(ParamFilter, NoTargetSelectsNothing) {
  EXPECT_EQ(selected(param_filter(toy::gpt_shapes(), {})), 0);
}

TEST(ParamFilter, TargetsAreSubstringsOfSlashPathsOfAnyRank) {
  const ParameterTree tree = toy::gpt_shapes();
  EXPECT_EQ(selected(param_filter(tree, {"blocks/0/"})), 6);
  EXPECT_EQ(selected(param_filter(tree, {"attn/c_attn"})), 4);
  EXPECT_EQ(selected(param_filter(tree, {"c_proj", "wte"})), 5);
  EXPECT_EQ(selected(param_filter(tree, {"Kernel"})), 0);
}

TEST(MatchTargets, ListsTheMatricesOfEachTargetWithTheirShapes) {
  const auto matches = match_targets(toy::gpt_shapes(), toy::lora({"c_attn", "wte"}));
  ASSERT_EQ(matches.size(), 2u);
  EXPECT_THAT(matches[0].paths,
              ElementsAre("blocks/0/attn/c_attn/kernel", "blocks/1/attn/c_attn/kernel"));
  EXPECT_THAT(matches[0].shapes, ElementsAre(ElementsAre(64, 192), ElementsAre(64, 192)));
  EXPECT_EQ(matches[0].parameters, 2 * 4 * (64 + 192));
  EXPECT_EQ(matches[1].parameters, 4 * (128 + 64));
}

TEST(MatchTargets, CountsAreThoseOfTheFamilies) {
  EXPECT_EQ(count_of(toy::gpt_shapes(), 4), 8192);
  EXPECT_EQ(count_of(toy::gpt_shapes(), 8), 16384);
  ParameterTree llama, neox;
  for (const std::string at : {"blocks/0/", "blocks/1/"}) {
    for (const char* name : {"q_proj", "k_proj", "v_proj", "o_proj"}) {
      toy::declare(llama, at + "attn/" + name + "/kernel", {64, 64});
    }
    toy::declare(llama, at + "mlp/gate_proj/kernel", {64, 128});
    toy::declare(llama, at + "mlp/up_proj/kernel", {64, 128});
    toy::declare(llama, at + "mlp/down_proj/kernel", {128, 64});
    toy::declare(neox, at + "attn/query_key_value/kernel", {64, 192});
    toy::declare(neox, at + "attn/dense/kernel", {64, 64});
    toy::declare(neox, at + "mlp/dense_h_to_4h/kernel", {64, 128});
    toy::declare(neox, at + "mlp/dense_4h_to_h/kernel", {128, 64});
  }
  EXPECT_EQ(count_of(llama, 4), 8704);
  EXPECT_EQ(count_of(neox, 4), 6144);  // fused: one A serves q, k and v
}

TEST(MatchTargets, AMisspeltTargetIsRefusedWithNearNames) {
  const auto problems = refusal({"kernel", "c_atn"});
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].what, HasSubstr("c_atn"));
  EXPECT_THAT(problems[0].where, HasSubstr("optimization/lora/target_modules"));
  EXPECT_THAT(problems[0].hint,
              AllOf(HasSubstr("c_attn"), HasSubstr("blocks/0/attn/c_proj/kernel")));
}

TEST(MatchTargets, AMisspeltPartOfAPathIsComparedWithPartsOfPaths) {
  EXPECT_THAT(refusal({"atn/c_attn"}).at(0).hint, HasSubstr("`attn/c_attn`"));
  EXPECT_THAT(refusal({"lm_head"}).at(0).hint, HasSubstr("wte, is the head here"));
}

TEST(MatchTargets, ATargetThatOnlyMatchesVectorsIsRefusedAndSaysSo) {
  EXPECT_THAT(refusal({"ln_1"}).at(0).found, HasSubstr("blocks/0/ln_1/weight"));
}

TEST(MatchTargets, EveryBadTargetIsReportedAtOnce) {
  EXPECT_EQ(refusal({"bias", "wtf", "kernel"}).size(), 2u);
}

TEST(MatchTargets, AnEmptyListIsRefused) {
  EXPECT_THAT(refusal({}).at(0).found, HasSubstr("empty"));
}

int64_t adapted_leaves(const LoRAConfig& config) {
  int64_t leaves = 0;
  const ParameterTree tree = toy::gpt_shapes();
  for (const SelectedLeaf& leaf : select_leaves(tree, config).leaves) leaves += !leaf.saved;
  return leaves;
}

TEST(SelectLeaves, AllLinearIsEveryDenseMatrix) {
  EXPECT_EQ(adapted_leaves(toy::lora({"all-linear"})), 8);
}

TEST(SelectLeaves, ARegularExpressionMatchesTheWholePath) {
  EXPECT_EQ(adapted_leaves(toy::lora({"re:blocks/[0-9]+/attn/c_(attn|proj)/kernel"})), 4);
  EXPECT_EQ(adapted_leaves(toy::lora({"re:.*c_attn.*"})), 2);
  EXPECT_THAT(refusal({"re:c_attn"}).at(0).found, HasSubstr("no whole path"));
}

TEST(SelectLeaves, ABrokenRegularExpressionIsRefusedWithItsFault) {
  const Problem problem = refusal({"re:blocks/("}).at(0);
  EXPECT_THAT(problem.where, HasSubstr("optimization/lora/target_modules"));
  EXPECT_THAT(problem.found, HasSubstr("blocks/("));
}

TEST(SelectLeaves, ExcludedLeavesAndOtherBlocksAreLeftOut) {
  LoRAConfig config = toy::lora();
  config.exclude_modules = {"mlp", "re:.*c_attn/kernel"};
  EXPECT_EQ(adapted_leaves(config), 2);
  config.layers_to_transform = {1};
  EXPECT_EQ(adapted_leaves(config), 1);
  config.target_modules = {"kernel", "wte"};
  EXPECT_THROW(match_targets(toy::gpt_shapes(), config), Error);  // wte is in no block
}

TEST(SelectLeaves, TheLongestPatternThatSelectsALeafDecides) {
  LoRAConfig config = toy::lora();
  config.rank_pattern = {{"attn", 2}, {"attn/c_attn", 8}};
  config.alpha_pattern = {{"blocks/1/", 16}};
  EXPECT_EQ(config.rank_of("blocks/0/attn/c_attn/kernel"), 8);
  EXPECT_EQ(config.rank_of("blocks/0/attn/c_proj/kernel"), 2);
  EXPECT_EQ(config.rank_of("blocks/0/mlp/c_fc/kernel"), 4);
  EXPECT_DOUBLE_EQ(config.scale_of("blocks/1/attn/c_attn/kernel"), 2.0);
  config.rslora = true;
  EXPECT_DOUBLE_EQ(config.scale_of("blocks/1/attn/c_proj/kernel"), 16 / std::sqrt(2.0));
}

TEST(SelectLeaves, ModulesAreSavedWithAllTheirLeavesAndNotAdapted) {
  LoRAConfig config = toy::lora();
  config.modules_to_save = {"blocks/0/attn/c_attn/kernel", "ln_f"};
  int64_t whole = 0;
  const ParameterTree tree = toy::gpt_shapes();
  for (const SelectedLeaf& leaf : select_leaves(tree, config).leaves) whole += leaf.saved;
  EXPECT_EQ(whole, 3);  // the kernel, its bias, the norm
  EXPECT_EQ(adapted_leaves(config), 7);
}

TEST(SelectLeaves, BiasesOfAdaptedLayersOrAll) {
  LoRAConfig config = toy::lora({"mlp"});
  const auto whole = [&] {
    int64_t count = 0;
    const ParameterTree tree = toy::gpt_shapes();
    for (const SelectedLeaf& leaf : select_leaves(tree, config).leaves) count += leaf.saved;
    return count;
  };
  config.bias = "lora_only";
  EXPECT_EQ(whole(), 0);  // the toy's MLP has none
  config.bias = "all";
  EXPECT_EQ(whole(), 2);
}

TEST(MatchTargets, EntriesOfEveryListThatSelectNothingAreRefusedTogether) {
  LoRAConfig config = toy::lora();
  config.exclude_modules = {"c_fcc"};
  config.modules_to_save = {"lm_hed"};
  config.rank_pattern = {{"atn", 2}};
  config.layers_to_transform = {2};
  try {
    match_targets(toy::gpt_shapes(), config);
    ADD_FAILURE() << "was accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("lora/exclude_modules"), HasSubstr("lora/modules_to_save"),
                      HasSubstr("lora/rank_pattern"), HasSubstr("lora/layers_to_transform"),
                      HasSubstr("c_fc")));
  }
}

/// What is said of settings that are refused; empty if they are not.
std::vector<Problem> refusal_of(const LoRAConfig& config) {
  try {
    match_targets(toy::gpt_shapes(), config);
  } catch (const Error& error) {
    return error.problems();
  }
  return {};
}

TEST(MatchTargets, AKeyOfAPatternThatIsForNoAdaptedLeafIsRefused) {
  for (const char* idle : {"mlp", "re:.*/mlp/.*", "wte", "ln_f", "blocks/0/mlp/c_fc/kernel"}) {
    LoRAConfig config = toy::lora({"attn"});
    config.rank_pattern = {{"c_attn", 2}, {idle, 8}};
    std::vector<Problem> problems = refusal_of(config);
    ASSERT_EQ(problems.size(), 1u) << idle;
    EXPECT_THAT(problems[0].what, HasSubstr(idle));
    EXPECT_EQ(problems[0].where, "optimization/lora/rank_pattern");
    EXPECT_THAT(problems[0].hint, HasSubstr("blocks/0/attn/c_attn/kernel"));
    config.rank_pattern = {};
    config.alpha_pattern = {{idle, 8}};
    problems = refusal_of(config);
    ASSERT_EQ(problems.size(), 1u) << idle;
    EXPECT_EQ(problems[0].where, "optimization/lora/alpha_pattern");
  }
}

TEST(MatchTargets, SoIsOneWhoseLeavesAreTakenOutOrTrainedWhole) {
  LoRAConfig config = toy::lora();
  config.rank_pattern = {{"c_attn", 2}};
  EXPECT_TRUE(refusal_of(config).empty());
  config.exclude_modules = {"c_attn"};
  EXPECT_EQ(refusal_of(config).size(), 1u);
  config.exclude_modules = {};
  config.modules_to_save = {"c_attn"};
  EXPECT_EQ(refusal_of(config).size(), 1u);
}

TEST(MatchTargets, ABlockInWhichNothingIsAdaptedIsRefused) {
  LoRAConfig config = toy::lora({"blocks/0/attn"});
  config.layers_to_transform = {0};
  EXPECT_TRUE(refusal_of(config).empty());
  config.layers_to_transform = {0, 1};
  const std::vector<Problem> problems = refusal_of(config);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].where, "optimization/lora/layers_to_transform");
  EXPECT_EQ(problems[0].found, "1");
}

TEST(MatchTargets, TargetsThatSelectNothingAreTheOnlyFaultOfTheirPatterns) {
  LoRAConfig config = toy::lora({"kernle"});
  config.rank_pattern = {{"attn", 2}};
  EXPECT_EQ(refusal_of(config).size(), 1u);
}

TEST(MatchTargets, DoraOfATableThatIsTheHeadAndWithDropoutOfAHeadAreRefused) {
  const ParameterTree tied = toy::gpt_shapes(), untied = toy::gpt_shapes(64, 128, /*tied=*/false);
  LoRAConfig config = toy::lora({"wte", "kernel"});
  config.dora = true;
  EXPECT_THROW(match_targets(tied, config), Error);
  config.target_modules.emplace_back("lm_head");
  const std::vector<TargetMatch> matches = match_targets(untied, config);
  EXPECT_EQ(matches[0].parameters, 4 * (128 + 64) + 64);   // a length for each column,
  EXPECT_EQ(matches[2].parameters, 4 * (128 + 64) + 128);  // of the head for each row
  config.dropout = 0.1;
  EXPECT_THROW(match_targets(untied, config), Error);
  config.dora = false;
  EXPECT_EQ(match_targets(untied, config).size(), matches.size());
}

TEST(LoRAConfig, PatternsAreMapsAlsoOnTheCommandLine) {
  LoRAConfig config;
  config::Fields fields;
  config.declare(fields);
  config::load(fields,
               {.text = "optimization: {lora: {rank_pattern: {attn: 4, 're:.*/c_fc/.*': 2}}}",
                .overrides = {"optimization.lora.alpha_pattern.c_fc=3"}});
  EXPECT_EQ(config.rank_pattern.at("re:.*/c_fc/.*"), 2);
  EXPECT_DOUBLE_EQ(config.alpha_pattern.at("c_fc"), 3);
}

TEST(LoRAConfig, IsReadFromItsKeys) {
  LoRAConfig config;
  config::Fields fields;
  config.declare(fields);
  config::load(fields, {.text = {},
                        .overrides = {"optimization.lora.rank=8", "optimization.lora.alpha=32",
                                      "optimization.lora.target_modules=[q_proj, v_proj]",
                                      "optimization.lora.base_dtype=float32",
                                      "optimization.lora.lr=0.001"}});
  EXPECT_EQ(config.rank, 8);
  EXPECT_DOUBLE_EQ(config.scale(), 4.0);
  EXPECT_THAT(config.target_modules, ElementsAre("q_proj", "v_proj"));
  EXPECT_EQ(config.base_dtype, "float32");
  EXPECT_DOUBLE_EQ(config.lr, 0.001);
}

TEST(LoRAConfig, RefusesValuesOutOfRange) {
  for (const char* bad :
       {"rank=0", "alpha=0", "base_dtype=int4", "lr=-2", "init=zero", "bias=some", "dropout=1",
        "lr_ratio=0", "layers_to_transform=[-1]", "rank_pattern={q: 0}"}) {
    LoRAConfig config;
    config::Fields fields;
    config.declare(fields);
    const std::string text = std::string("optimization.lora.") + bad;
    EXPECT_THROW(config::load(fields, {.text = {}, .overrides = {text}}), Error) << text;
  }
}

}  // namespace
}  // namespace twofold
