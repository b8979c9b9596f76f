#pragma once
// Tiny models of every family, batches, and the golden files of real models.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "config/fields.h"
#include "model/families/registry.h"
#include "model/hf/hugging_face.h"
#include "twofold/model/config.h"
#include "twofold/model/loss.h"
#include "twofold/model/model.h"

namespace twofold::test {

struct TestModel {
  std::unique_ptr<ModelConfig> config;
  std::unique_ptr<Model> model;
};

inline std::unique_ptr<ModelConfig> configured(const std::string& family,
                                               std::vector<std::string> overrides) {
  auto config = make_model_config(family);
  config::Fields fields;
  config->declare(fields);
  config::load(fields, {.text = "", .name = "test.yaml", .overrides = std::move(overrides)});
  config->validate();
  return config;
}

inline void require_gradients(Model& model) {
  for (Parameter& parameter : model.parameters().all()) {
    parameter.weight.value.requires_grad_(true);
  }
}

/// An architecture by its own name, as a family and settings.
struct Variant {
  std::string family;
  std::vector<std::string> settings = {};
};
inline Variant variant_of(const std::string& name) {
  const std::vector<std::string> gemma = {
      "architecture.norm_offset=true", "architecture.scale_embedding=true",
      "architecture.hidden_act=gelu_tanh", "architecture.tie_word_embeddings=true"};
  const auto gemma_and = [&](std::vector<std::string> more) {
    more.insert(more.end(), gemma.begin(), gemma.end());
    return Variant{"llama", more};
  };
  if (name == "qwen3") {
    return {"qwen", {"architecture.qk_norm=true", "architecture.attention_bias=false"}};
  }
  if (name == "smollm3") return {"llama", {"architecture.no_rope_interval=2"}};
  if (name == "gemma") return gemma_and({});
  if (name == "gemma2") {
    return gemma_and(
        {"architecture.post_norms=true", "architecture.sliding_window=3",
         "architecture.sliding_window_pattern=2", "architecture.query_pre_attn_scalar=3",
         "architecture.attn_logit_softcapping=0.8", "architecture.final_logit_softcapping=1.5"});
  }
  if (name == "gemma3") {
    return gemma_and({"architecture.post_norms=true", "architecture.qk_norm=true",
                      "architecture.sliding_window=3", "architecture.sliding_window_pattern=2",
                      "architecture.rope_local_theta=100"});
  }
  return {name};
}

/// A model of one or two small blocks, float32 (or double) throughout.
inline TestModel tiny(const std::string& name, std::vector<std::string> more = {},
                      at::ScalarType dtype = at::kFloat) {
  std::vector<std::string> overrides = {"architecture.n_layers=2",
                                        "architecture.n_embd=8",
                                        "architecture.n_head=2",
                                        "architecture.block_size=12",
                                        "architecture.vocab_size=11",
                                        "architecture.dtype.activation=float32",
                                        "architecture.intermediate_size=12"};
  const Variant variant = variant_of(name);
  overrides.insert(overrides.end(), variant.settings.begin(), variant.settings.end());
  overrides.insert(overrides.end(), more.begin(), more.end());
  TestModel out;
  out.config = configured(variant.family, overrides);
  out.model = out.config->build();
  out.model->parameters().initialize(7, dtype);
  out.model->set_activation(dtype);
  // Larger weights, and norms and biases that are not 1 and 0, so that no part is invisible.
  const at::NoGradGuard no_grad;
  for (Parameter& parameter : out.model->parameters().all()) {
    at::Tensor& value = parameter.weight.value;
    const RandomStream stream(1, Purpose::kTest, hash64(parameter.path));
    at::Tensor noise = at::empty(value.sizes(), at::kDouble);
    for (int64_t i = 0; i < noise.numel(); ++i) noise.data_ptr<double>()[i] = stream.normal(i);
    value.add_(noise.to(dtype), 0.3);
  }
  require_gradients(*out.model);
  return out;
}

/// Rows of pseudo-random tokens; labels are the next ones.
inline Batch random_batch(int64_t rows, int64_t width, int64_t vocab, uint64_t salt = 0) {
  const RandomStream stream(3, Purpose::kTest, salt);
  Batch batch(rows, width);
  for (int64_t i = 0; i < rows * width; ++i) {
    const auto at = static_cast<size_t>(i);
    batch.tokens[at] = static_cast<int32_t>(stream.bits(2 * i) % static_cast<uint64_t>(vocab));
    batch.labels[at] = static_cast<int32_t>(stream.bits(2 * i + 1) % static_cast<uint64_t>(vocab));
    batch.positions[at] = static_cast<int32_t>(i % width);
  }
  return batch;
}

/// The row's first `count` positions become padding, as PADDED data has it.
inline void pad_left(Batch& batch, int64_t row, int64_t count) {
  for (int64_t t = 0; t < batch.width; ++t) {
    const auto at = static_cast<size_t>(row * batch.width + t);
    if (t < count) batch.labels[at] = -1;
    batch.positions[at] = static_cast<int32_t>(std::max<int64_t>(0, t - count));
    batch.first_key[at] = static_cast<int32_t>(std::min(t, count));
  }
}

inline Batch batch_of(const std::vector<std::vector<int32_t>>& x,
                      const std::vector<std::vector<int32_t>>& y) {
  Batch batch(std::ssize(x), std::ssize(x[0]));
  for (size_t row = 0; row < x.size(); ++row) {
    for (size_t t = 0; t < x[row].size(); ++t) {
      const size_t at = row * x[0].size() + t;
      batch.tokens[at] = x[row][t];
      batch.labels[at] = y[row][t];
      batch.positions[at] = static_cast<int32_t>(t);
    }
  }
  return batch;
}

inline void clear_gradients_of(Model& model) {
  for (Parameter& parameter : model.parameters().all()) {
    parameter.weight.value.mutable_grad() = at::Tensor();
  }
}

/// The loss; gradients are left in the parameters.
inline double backward(Model& model, const Batch& batch, double scale, const InputKey& key = {}) {
  const at::Tensor loss = batch_loss(model, batch, scale, key);
  loss.backward();
  return loss.item<double>();
}

inline NamedTensors gradients_of(Model& model) {
  NamedTensors out;
  for (Parameter& parameter : model.parameters().all()) {
    const at::Tensor& gradient = parameter.weight.value.grad();
    out.emplace_back(parameter.path, gradient.defined() ? gradient.clone() : gradient);
  }
  return out;
}

inline at::Tensor logits_of(Model& model, const Batch& batch) {
  const at::NoGradGuard no_grad;
  const at::Tensor hidden = model.hidden(to_input(batch, {}, host_device()));
  return model.logits(hidden.flatten(0, 1)).view({batch.rows, batch.width, -1});
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}

inline Path unique_folder(const std::string& name) {
  static int count = 0;
  const Path folder = Path(testing::TempDir()) /
                      (name + "_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
  std::filesystem::remove_all(folder);
  return folder;
}

/// A folder with that config.json and nothing else.
inline Path folder_of(const nlohmann::json& config) {
  const Path folder = unique_folder("hf");
  std::filesystem::create_directories(folder);
  write_atomic(folder / "config.json", config.dump());
  return folder;
}

/// The text of the Error that `action` throws.
template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace twofold::test
