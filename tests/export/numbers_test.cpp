#include "export/numbers.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "export/format.h"
#include "interop/gguf/model.h"
#include "support/tiny_model.h"

namespace twofold {
namespace {

std::unique_ptr<Model> random_model(const ModelConfig& config) {
  std::unique_ptr<Model> model = config.build();
  model->parameters().initialize(3, at::kFloat);
  return model;
}

/// The model as `type` has it.
std::unique_ptr<Model> rounded(const ModelConfig& config, Model& model, at::ScalarType type) {
  NamedTensors tensors;
  for (const auto& [path, value] : model.parameters().named()) {
    tensors.emplace_back(path, value.to(type).to(at::kFloat));
  }
  return model_of(config, tensors);
}

TEST(ExportedNumbers, AreTheLiveOnesRounded) {
  const auto config = test::tiny_llama();
  const auto live = random_model(*config);
  for (const auto& [name, type] :
       {std::pair{"float32", at::kFloat}, std::pair{"float16", at::kHalf},
        std::pair{"bfloat16", at::kBFloat16}}) {
    const auto exported = rounded(*config, *live, type);
    EXPECT_EQ(find_wrong_number(*live, *exported, name, false).place, "") << name;
  }
  const auto narrow = rounded(*config, *live, at::kBFloat16);
  EXPECT_NE(find_wrong_number(*live, *narrow, "float16", false).place, "");
}

TEST(ExportedNumbers, AreThoseOfEveryKindOfGguf) {
  const auto config = test::tiny_llama();
  config->n_embd = 64;  // whole blocks of 32
  const auto live = random_model(*config);
  const Path file = Path(testing::TempDir()) / "numbers_test.gguf";
  for (const char* dtype : {"f32", "f16", "bf16", "q8_0"}) {
    const GgufPlan plan = plan_gguf(*config, live->parameters());
    write_gguf_model(plan, live->parameters().named(), {}, gguf_dtype(dtype), "t", file);
    const auto exported = model_of(*config, read_gguf_model(plan, file));
    EXPECT_EQ(find_wrong_number(*live, *exported, dtype, false).place, "") << dtype;
  }
  std::filesystem::remove(file);
}

TEST(ExportedNumbers, AnyOneOfThemIsSeen) {
  const auto config = test::tiny_llama();
  const auto live = random_model(*config);
  for (const char* path : {"wte", "ln_f/weight", "blocks/1/mlp/down_proj/kernel"}) {
    const auto exported = rounded(*config, *live, at::kHalf);
    at::Tensor& value = exported->parameters().at(path).weight.value;
    value.select(0, 3).fill_(std::numeric_limits<float>::infinity());
    const WrongNumber wrong = find_wrong_number(*live, *exported, "float16", false);
    EXPECT_EQ(wrong.place, std::string(path) + (value.dim() == 1 ? "[3]" : "[3, 0]"));
    EXPECT_TRUE(std::isinf(wrong.exported));
    EXPECT_TRUE(std::isfinite(wrong.live));
  }
  const auto shifted = rounded(*config, *live, at::kFloat);
  at::Tensor& table = shifted->parameters().at("wte").weight.value;
  table.copy_(table.roll(1, 0));
  EXPECT_EQ(find_wrong_number(*live, *shifted, "q8_0", false).place.substr(0, 4), "wte[");
}

TEST(ExportedNumbers, ThatOverflowAreSeenBeforeTheyAreWritten) {
  const auto config = test::tiny_llama();
  const auto live = random_model(*config);
  live->parameters().at("wte").weight.value[30][7].fill_(-70000);
  const WrongNumber wrong = find_overflow_number(*live, "float16");
  EXPECT_EQ(wrong.place, "wte[30, 7]");
  EXPECT_EQ(wrong.live, -70000);
  for (const char* wide : {"bfloat16", "float32", "f16"}) {  // a GGUF is looked at when it is there
    EXPECT_EQ(find_overflow_number(*live, wide).place, "") << wide;
  }
}

TEST(ExportedNumbers, AreNotFiniteOnlyWhereTheLiveOnesAreNot) {
  const auto config = test::tiny_llama();
  const auto live = random_model(*config);
  live->parameters().at("wte").weight.value[2][1].fill_(std::numeric_limits<float>::quiet_NaN());
  const auto exported = rounded(*config, *live, at::kFloat);
  EXPECT_EQ(find_wrong_number(*live, *exported, "float32", false).place, "");
}

}  // namespace
}  // namespace twofold
