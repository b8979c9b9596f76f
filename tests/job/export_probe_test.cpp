#include "job/export_probe.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "interop/gguf_model.h"
#include "job/export_format.h"
#include "model/model.h"

namespace twofold {
namespace {

std::unique_ptr<ModelConfig> small(const std::string& family) {
  auto config = make_model_config(family);
  config::Fields fields;
  config->declare(fields);
  config::load(fields,
               {.overrides = {"architecture.n_layers=2", "architecture.n_embd=32",
                              "architecture.n_head=4", "architecture.block_size=16",
                              "architecture.vocab_size=64", "architecture.intermediate_size=48"}},
               /*allow_missing=*/true);
  return config;
}

/// A model that has learned something: its attention matters.
std::unique_ptr<Model> random_model(const ModelConfig& config) {
  std::unique_ptr<Model> model = config.build();
  const at::NoGradGuard no_grad;
  model->parameters().initialize(3, at::kFloat);
  for (Parameter& parameter : model->parameters().all()) {
    if (parameter.is_matrix()) parameter.weight.value.mul_(10);
  }
  return model;
}

Probe probe_of(const ModelConfig& config) {
  Batch batch(2, config.block_size);
  for (size_t i = 0; i < batch.tokens.size(); ++i) {
    batch.tokens[i] = static_cast<int32_t>(i * 7 % 64);
    batch.labels[i] = static_cast<int32_t>((i + 1) * 7 % 64);
    batch.positions[i] = static_cast<int32_t>(i % 16);
  }
  return {.batches = {batch}, .contents = "tokens"};
}

TEST(ExportProbe, EveryFamilyComesBackFromGgufAsItWas) {
  const Path file = Path(testing::TempDir()) / "probe_test.gguf";
  for (const char* family : {"llama", "qwen", "gpt_neox"}) {
    const auto config = small(family);
    const auto model = random_model(*config);
    const GgufPlan plan = plan_gguf(*config, model->parameters());
    write_gguf_model(plan, model->parameters().named(), {}, formats::GgmlType::kF32, "t", file);
    const NamedTensors back = read_gguf_model(plan, file);
    ASSERT_EQ(back.size(), model->parameters().all().size()) << family;
    for (const auto& [path, value] : back) {
      EXPECT_TRUE(value.equal(model->parameters().at(path).weight.value)) << family << " " << path;
    }
  }
  std::filesystem::remove(file);
}

TEST(ExportProbe, AMisplacedRowIsFarBeyondEveryTolerance) {
  const auto config = small("llama");
  const auto model = random_model(*config);
  const Probe probe = probe_of(*config);
  const at::Tensor live = probe_losses(*model, probe);
  NamedTensors tensors = model->parameters().named();
  EXPECT_EQ(compare_losses(live, probe_losses(*model_of(*config, tensors), probe)).mean, 0.0);
  for (auto& [path, value] : tensors) {
    if (path == "blocks/0/attn/q_proj/kernel") value = value.roll(1, 1);
  }
  const ProbeDifference apart =
      compare_losses(live, probe_losses(*model_of(*config, tensors), probe));
  EXPECT_GT(apart.mean, 0.03 * apart.live);
}

TEST(ExportProbe, NotANumberIsNoAgreement) {
  const at::Tensor live = at::ones({3}, at::kDouble);
  const at::Tensor broken = live.clone();
  broken[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(compare_losses(live, broken).mean <= 1e9);
}

}  // namespace
}  // namespace twofold
