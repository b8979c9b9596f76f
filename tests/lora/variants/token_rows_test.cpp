// Rows of a table that are trained apart from it.
#include <gmock/gmock.h>

#include "base/error.h"
#include "lora/select/selection.h"
#include "lora/toy.h"
#include "lora/update_check.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

LoRAConfig with_rows(std::vector<std::string> targets = {"kernel"}) {
  LoRAConfig config = toy::lora(std::move(targets));
  config.trained_tokens = {{"wte", {30, 31}}};
  return config;
}

void add(const at::Tensor& tensor, double value) {
  const at::NoGradGuard no_grad;
  at::Tensor(tensor).add_(value);
}

TEST(TrainedRows, StartAsTheTablesAndAreCounted) {
  ParameterTree tree = toy::gpt();
  freeze_parameters(tree, "bfloat16");
  const LoRAParams adapters = inject_lora_params(tree, with_rows(), 1);
  EXPECT_EQ(adapters[0]->path(), "wte");
  const at::Tensor rows = adapters[0]->tensor("rows");
  EXPECT_EQ(rows.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(rows, tree.at("wte").weight.value.narrow(0, 30, 2).to(at::kFloat)));
  EXPECT_EQ(named_adapters(adapters)[0].first, "wte/rows");
  ParameterTree plain = toy::gpt();
  const int64_t without = count_lora_params(inject_lora_params(plain, toy::lora(), 1));
  EXPECT_EQ(count_lora_params(adapters), without + 2 * 16);
}

TEST(TrainedRows, AreNoneOfATargetsLeaves) {
  ParameterTree tree = toy::gpt();
  LoRAConfig config = with_rows({"kernel", "wte"});
  EXPECT_EQ(match_targets(tree, config)[1].parameters, 4 * (32 + 16));
  config.target_modules = {"kernel"};
  EXPECT_EQ(match_targets(tree, config)[0].paths.size(), 8u);
  config.modules_to_save = {"wte"};  // trains them, and all others
  EXPECT_TRUE(rows_trained_apart(tree, config).empty());
}

TEST(TrainedRows, StandBesideAnAdapterOfTheSameTable) {
  ParameterTree tree = toy::gpt(), plain = toy::gpt();
  const LoRAParams adapters = inject_lora_params(tree, with_rows({"kernel", "wte"}), 1);
  for (const auto& [name, tensor] : named_adapters(adapters)) add(tensor, 0.03);
  const at::Tensor ids = at::arange(24, 32, at::kLong);
  const at::Tensor adapted = toy::logits(tree, ids);
  for (const auto& [path, value] : merge_lora_params(tree)) plain.at(path).weight.value = value;
  EXPECT_LE((toy::logits(plain, ids) - adapted).abs().max().item<double>(), 1e-5);
  const at::Tensor merged = plain.at("wte").weight.value;
  EXPECT_TRUE(at::equal(merged.narrow(0, 30, 2), toy::named(adapters, "wte/rows")));
  EXPECT_FALSE(at::equal(merged[0], tree.at("wte").weight.value[0]));
}

TEST(TrainedRows, LeaveTheOthersOfTheMergedTableToTheBit) {
  ParameterTree tree = toy::gpt();
  add(inject_lora_params(tree, with_rows(), 1)[0]->tensor("rows"), 0.5);
  const at::Tensor table = tree.at("wte").weight.value;
  for (const auto& [path, value] : merge_lora_params(tree)) {
    if (path != "wte") continue;
    EXPECT_TRUE(at::equal(value.narrow(0, 0, 30), table.narrow(0, 0, 30)));
    EXPECT_FALSE(at::equal(value, table));
  }
}

TEST(TrainedRows, OfAnotherNumberAreRefusedByName) {
  ParameterTree first = toy::gpt(), second = toy::gpt();
  const LoRAParams saved = inject_lora_params(first, with_rows(), 1);
  LoRAConfig more = with_rows();
  more.trained_tokens["wte"].push_back(3);
  try {
    attach_lora_params(second, named_tensors(saved), more);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.problems()[0].where, HasSubstr("wte, rows"));
    EXPECT_THAT(error.problems()[0].expected, HasSubstr("(3, 16)"));
  }
}

TEST(TrainedRows, OfAHeadMustMoveThoseOfAnEmbeddingNeedTheirTokens) {
  ParameterTree tied = toy::gpt(), untied = toy::gpt();
  const LoRAParams one = inject_lora_params(tied, with_rows(), 1);
  EXPECT_THROW(check_adapters_updated(one, toy::updated(one, "wte/rows", "wte/rows")), Error);
  toy::declare(untied, "lm_head", {32, 16});
  untied.at("lm_head").weight.value = at::ones({32, 16});
  LoRAConfig config = with_rows();
  config.trained_tokens["lm_head"] = config.trained_tokens["wte"];
  const LoRAParams both = inject_lora_params(untied, config, 1);
  EXPECT_NO_THROW(check_adapters_updated(both, toy::updated(both, "wte/rows", "wte/rows")));
  EXPECT_THROW(check_adapters_updated(both, toy::updated(both, "lm_head/rows", "lm_head/rows")),
               Error);
}

TEST(TrainedRows, ThatNeverMovedAreTold) {
  ParameterTree tree = toy::gpt();
  freeze_parameters(tree, "bfloat16");
  const LoRAParams adapters = inject_lora_params(tree, with_rows(), 1);
  EXPECT_THAT(unused_tokens(tree), ElementsAre(30, 31));
  add(adapters[0]->tensor("rows")[0], 1e-4);
  EXPECT_THAT(unused_tokens(tree), ElementsAre(31));
}

}  // namespace
}  // namespace twofold
