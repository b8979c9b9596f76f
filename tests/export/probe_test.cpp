#include "export/probe.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "export/format.h"
#include "interop/gguf/model.h"
#include "model/families/registry.h"
#include "twofold/model/model.h"

namespace twofold {
namespace {

std::unique_ptr<ModelConfig> small(const std::string& family, std::vector<std::string> more = {}) {
  auto config = make_model_config(family);
  config::Fields fields;
  config->declare(fields);
  for (const char* text : {"n_layers=2", "n_embd=32", "n_head=4", "block_size=16", "vocab_size=64",
                           "intermediate_size=48"}) {
    more.push_back(std::string("architecture.") + text);
  }
  config::load(fields, {.overrides = std::move(more)}, /*allow_missing=*/true);
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

TEST(ExportProbe, SeesTheCapOnTheLogits) {
  const auto config = small("llama", {"architecture.final_logit_softcapping=0.5"});
  const auto model = random_model(*config);
  const Probe probe = probe_of(*config);
  // No logit is beyond the cap, so no token of 64 can be worse than ln(64) + 2 · 0.5.
  EXPECT_LE(probe_losses(*model, probe).max().item<double>(), std::log(64.0) + 1);
  const auto uncapped = small("llama");
  const auto same = model_of(*uncapped, model->parameters().named());
  EXPECT_GT(compare_losses(probe_losses(*model, probe), probe_losses(*same, probe)).mean, 0.1);
}

TEST(ExportProbe, NotANumberIsNoAgreement) {
  const at::Tensor live = at::ones({3}, at::kDouble);
  const at::Tensor broken = live.clone();
  broken[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(compare_losses(live, broken).mean <= 1e9);
}

}  // namespace
}  // namespace twofold
