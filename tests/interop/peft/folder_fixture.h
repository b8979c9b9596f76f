#pragma once
// Small models, and PEFT folders of their adapters.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "interop/peft/combine.h"
#include "interop/peft/config.h"
#include "interop/peft/coverage.h"
#include "interop/peft/peft.h"
#include "lora/variants.h"
#include "model/families/registry.h"
#include "tensor/io.h"
#include "twofold/model/model.h"

namespace twofold {

inline std::unique_ptr<ModelConfig> small_config(const std::string& family, bool tied = false) {
  auto config = make_model_config(family);
  config::Fields fields;
  config->declare(fields);
  std::string text =
      "architecture: {n_layers: 2, n_embd: 16, n_head: 4, block_size: 8, vocab_size: 32, "
      "intermediate_size: 24";
  if (family == "gpt") text += ", rope: false";
  if (tied) text += ", tie_word_embeddings: true";
  config::load(fields, {.text = text + "}"});
  config->validate();
  return config;
}

inline std::unique_ptr<Model> small_model(const ModelConfig& config) {
  auto model = config.build();
  model->parameters().initialize(3, at::kFloat);
  return model;
}

inline void perturb(const LoRAParams& adapters) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    tensor.add_(at::arange(tensor.numel(), at::kFloat).sin().view(tensor.sizes()), 0.03);
  }
}

inline double largest_difference(const NamedTensors& a, const NamedTensors& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, (a[i].second - b[i].second).abs().max().item<double>());
  }
  return largest;
}

class PeftFolder : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("twofold-peft-" + std::to_string(getpid()));
    std::filesystem::create_directories(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  /// Saves a perturbed adapter and returns what the model computes with, leaf by leaf.
  NamedTensors save(const ModelConfig& config, const LoRAConfig& lora, const std::string& name) {
    const auto model = small_model(config);
    const LoRAParams adapters = inject_lora_params(model->parameters(), lora, 1);
    perturb(adapters);
    save_peft_folder(config, named_tensors(adapters), lora, root_ / name);
    return merge_lora_params(model->parameters());
  }
  NamedTensors load(const ModelConfig& config, const std::string& name) {
    const auto model = small_model(config);
    load_peft_folder(root_ / name, config, model->parameters());
    return merge_lora_params(model->parameters());
  }
  nlohmann::json json(const std::string& name) const {
    return nlohmann::json::parse(read_text(root_ / name / kPeftConfigFile));
  }

  Path root_;
};

inline LoRAConfig all_linear() {
  LoRAConfig lora;
  lora.rank = 4;
  lora.alpha = 6;
  lora.target_modules = {"all-linear"};
  return lora;
}

}  // namespace twofold
