#include "run/plan/usual_rate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace twofold {
namespace {

/// The parametrisation of the source: alpha 32, scale alpha/r, PEFT's start.
LoRAConfig of_the_source() {
  LoRAConfig config;
  config.alpha = 32;
  config.init = "kaiming";
  return config;
}

TEST(UsualRates, FallWithTheWidth) {
  EXPECT_DOUBLE_EQ(usual_adapter_rate(2000), 5e-4);
  EXPECT_NEAR(usual_adapter_rate(4096), 2.85e-4, 1e-6);
  EXPECT_DOUBLE_EQ(usual_adapter_rate(512), 10 * usual_tuning_rate(512));
  // 125M, 1.3B and 175B parameters of GPT-3.
  EXPECT_NEAR(usual_pretraining_rate(768), 6e-4, 1e-9);
  EXPECT_NEAR(usual_pretraining_rate(2048), 2e-4, 0.8e-4);
  EXPECT_NEAR(usual_pretraining_rate(12288), 0.6e-4, 0.1e-4);
}

TEST(ComparableRate, IsTheRateItselfInTheSourcesParametrisation) {
  for (const int64_t rank : {1, 16, 128}) {
    LoRAConfig config = of_the_source();
    config.rank = rank;
    EXPECT_DOUBLE_EQ(*comparable_rate(config, 3e-4, 2048), 3e-4) << rank;
  }
}

TEST(ComparableRate, GrowsWithTheScaleAndWithTheFactorThatMovesFaster) {
  LoRAConfig config = of_the_source();
  config.alpha = 64;
  EXPECT_DOUBLE_EQ(*comparable_rate(config, 1e-4, 2048), 2e-4);
  config.alpha = 32;
  config.rank = 16;
  config.rslora = true;  // scale alpha/4, four times alpha/16
  EXPECT_DOUBLE_EQ(*comparable_rate(config, 1e-4, 2048), 4e-4);
  config.rslora = false;
  config.lr_ratio = 16;
  EXPECT_DOUBLE_EQ(*comparable_rate(config, 1e-4, 2048), 16e-4);
}

TEST(ComparableRate, GrowsWithTheStartOfA) {
  LoRAConfig config = of_the_source();
  config.init = "gaussian";  // deviation 1/r, where kaiming has 1/√(3·in)
  config.rank = 8;
  EXPECT_NEAR(*comparable_rate(config, 1e-4, 768), 1e-4 * std::sqrt(3.0 * 768) / 8, 1e-12);
}

/// The paper's own recipe: rate 2e-5 at rank and alpha 128, on Llama 2 7B (arXiv 2404.02948).
TEST(ComparableRate, OfPissasRecipeIsUsual) {
  LoRAConfig config;
  config.init = "pissa";
  config.rank = 128;
  config.alpha = 128;
  EXPECT_NEAR(*comparable_rate(config, 2e-5, 4096) / usual_adapter_rate(4096), 1, 0.5);
}

TEST(ComparableRate, IsUnknownOfOtherVariants) {
  LoRAConfig config;
  config.variant = "vera";
  EXPECT_FALSE(comparable_rate(config, 1e-2, 768));
}

}  // namespace
}  // namespace twofold
