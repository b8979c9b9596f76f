// What the reference's own LoRA tests assert (facts 8, 11 and 12), on whole models.

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "lora/update_check.h"
#include "model/families/registry.h"
#include "twofold/model/config.h"
#include "twofold/model/loss.h"
#include "twofold/model/model.h"
#include "twofold/ops/head_loss.h"
#include "twofold/optim/optimizer.h"

namespace twofold {
namespace {

std::unique_ptr<Model> small_model(const std::string& family) {
  const std::unique_ptr<ModelConfig> config = make_model_config(family);
  config::Fields fields;
  config->declare(fields);
  std::string text =
      "architecture: {n_layers: 2, n_embd: 64, n_head: 4, block_size: 32, vocab_size: 128, "
      "dropout: 0.0, dtype: {param: float32, activation: float32}";
  text += family == "gpt" ? "}" : ", intermediate_size: 128}";
  config::load(fields, {.text = text, .overrides = {}});
  config->validate();
  std::unique_ptr<Model> model = config->build();
  model->parameters().initialize(3, at::kFloat);
  return model;
}

Batch small_batch() {
  Batch batch(2, 32);
  for (size_t i = 0; i < batch.tokens.size(); ++i) {
    batch.tokens[i] = static_cast<int32_t>((i * 37 + 11) % 128);
    batch.labels[i] = static_cast<int32_t>(((i + 1) * 37 + 11) % 128);
    batch.positions[i] = static_cast<int32_t>(i % 32);
  }
  return batch;
}

at::Tensor logits_of(Model& model) {
  const at::NoGradGuard no_grad;
  const at::Tensor hidden = model.hidden(to_input(small_batch(), {}, host_device()));
  return model.logits(hidden.reshape({-1, hidden.size(-1)}));
}

LoRAConfig rank_four() {
  LoRAConfig config;
  config.rank = 4;
  config.alpha = 4;
  return config;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

void replace_values(Model& model, const NamedTensors& values) {
  detach_lora_params(model.parameters());
  for (const auto& [path, value] : values) model.parameters().at(path).weight.value = value;
}

class LoraFacts : public testing::TestWithParam<const char*> {};

TEST_P(LoraFacts, ZeroBLeavesTheLogitsAsTheyWere) {
  const std::unique_ptr<Model> model = small_model(GetParam());
  const at::Tensor base = logits_of(*model);
  const LoRAParams adapters = inject_lora_params(model->parameters(), rank_four(), 1);
  EXPECT_GT(count_lora_params(adapters), 0);
  EXPECT_LE(difference(logits_of(*model), base), 1e-5);
  replace_values(*model, merge_lora_params(model->parameters()));
  EXPECT_LE(difference(logits_of(*model), base), 1e-5);
}

TEST_P(LoraFacts, MergedWeightsComputeWhatTheAdaptersDo) {
  const std::unique_ptr<Model> model = small_model(GetParam());
  for (const auto& adapter : inject_lora_params(model->parameters(), rank_four(), 1)) {
    adapter->tensor("lora_B").detach().fill_(0.01);
  }
  const at::Tensor adapted = logits_of(*model);
  replace_values(*model, merge_lora_params(model->parameters()));
  EXPECT_LE(difference(logits_of(*model), adapted), 1e-4);
}

TEST_P(LoraFacts, TrainingMovesEveryAdapterAndNothingOfTheBase) {
  const std::unique_ptr<Model> model = small_model(GetParam());
  ParameterTree& parameters = model->parameters();
  freeze_parameters(parameters, "float32");
  const at::Tensor base = logits_of(*model);
  NamedTensors before;
  for (const auto& [path, value] : parameters.named()) before.emplace_back(path, value.clone());

  const LoRAParams adapters = inject_lora_params(parameters, rank_four(), 1);
  std::vector<Trainable> tensors;
  for (const auto& [name, value] : named_adapters(adapters)) tensors.push_back({name, value});
  const auto optimizer = make_adapter_optimizer({}, tensors);
  CheckedUpdate movement{.before = {}, .optimizer_state = {}, .lr = 1e-2};
  double first = 0, last = 0;
  for (int64_t step = 0; step < kUpdateCheckStep; ++step) {
    clear_gradients(tensors);
    const at::Tensor loss = batch_loss(*model, small_batch(), 1.0 / 64, {.training = true});
    loss.backward();
    (step == 0 ? first : last) = loss.item<double>();
    movement.before.clear();
    for (const auto& [name, value] : named_adapters(adapters)) {
      movement.before.emplace_back(name, value.detach().clone());
    }
    optimizer->step(movement.lr, gradient_norm(tensors));
  }
  movement.optimizer_state = optimizer->state();
  EXPECT_LT(last, first);
  EXPECT_NO_THROW(check_adapters_updated(adapters, movement));
  for (const auto& [path, value] : before) {
    EXPECT_TRUE(at::equal(parameters.at(path).weight.value, value)) << path;
  }
  EXPECT_GT(difference(logits_of(*model), base), 1e-6);
  const AdaptersOff off(parameters);
  EXPECT_TRUE(at::equal(logits_of(*model), base));
}

INSTANTIATE_TEST_SUITE_P(Families, LoraFacts, testing::Values("gpt", "llama", "qwen", "gpt_neox"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace twofold
