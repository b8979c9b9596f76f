#include <gmock/gmock.h>

#include "base/error.h"
#include "lora/toy.h"

namespace twofold {
namespace {

using testing::HasSubstr;

LoRAConfig vera(std::vector<std::string> targets = {"kernel"}) {
  LoRAConfig config = toy::lora(std::move(targets));
  config.variant = "vera";
  config.alpha = LoRAConfig{}.alpha;
  return config;
}

TEST(Vera, SharesItsMatricesAndTrainsTwoVectorsALeaf) {
  ParameterTree tree = toy::gpt(16, 32);
  const LoRAParams adapters = inject_lora_params(tree, vera(), 1);
  EXPECT_EQ(count_lora_params(adapters), 2 * (4 * 4 + 48 + 16 + 64 + 16));
  const NamedTensors constants = named_constants(adapters);
  ASSERT_EQ(constants.size(), 2u);
  EXPECT_EQ(constants[0].first, "vera_A");
  EXPECT_EQ(constants[0].second.sizes(), (std::vector<int64_t>{4, 64}));
  EXPECT_EQ(constants[1].second.sizes(), (std::vector<int64_t>{64, 4}));
  for (const auto& adapter : adapters) {
    EXPECT_TRUE(adapter->tensor("vera_A").is_same(constants[0].second));
    EXPECT_FALSE(adapter->tensor("vera_A").requires_grad());
    EXPECT_TRUE(adapter->tensor("vera_lambda_d").eq(static_cast<float>(0.1)).all().item<bool>());
  }
}

TEST(Vera, DrawsItsMatricesFromItsOwnSeed) {
  const auto first = [](int64_t seed, uint64_t run) {
    ParameterTree tree = toy::gpt();
    LoRAConfig config = vera();
    config.own.integer("vera/seed", 0) = seed;
    return named_constants(inject_lora_params(tree, config, run))[0].second;
  };
  EXPECT_TRUE(at::equal(first(3, 1), first(3, 2)));
  EXPECT_FALSE(at::equal(first(3, 1), first(4, 1)));
}

TEST(Vera, RefusesWhatPeftsHasNot) {
  const ParameterTree tree = toy::gpt_shapes();
  const auto refused = [&](void (*change)(LoRAConfig&)) {
    LoRAConfig config = vera();
    change(config);
    try {
      match_targets(tree, config);
    } catch (const Error& error) {
      return error.problems()[0].where;
    }
    return std::string("nothing");
  };
  EXPECT_EQ(refused([](LoRAConfig&) {}), "nothing");
  EXPECT_THAT(refused([](LoRAConfig& c) { c.alpha = 8; }), HasSubstr("lora/alpha"));
  EXPECT_THAT(refused([](LoRAConfig& c) { c.dora = true; }), HasSubstr("lora/dora"));
  EXPECT_THAT(refused([](LoRAConfig& c) { c.rslora = true; }), HasSubstr("lora/rslora"));
  EXPECT_THAT(refused([](LoRAConfig& c) { c.lr_ratio = 4; }), HasSubstr("lora/lr_ratio"));
  EXPECT_THAT(refused([](LoRAConfig& c) { c.init = "pissa"; }), HasSubstr("lora/init"));
  EXPECT_THAT(refused([](LoRAConfig& c) {
                c.rank_pattern = {{"attn", 2}};
              }),
              HasSubstr("lora/rank_pattern"));
  EXPECT_THAT(refused([](LoRAConfig& c) { c.target_modules = {"wte"}; }),
              HasSubstr("lora/target_modules"));
}

}  // namespace
}  // namespace twofold
