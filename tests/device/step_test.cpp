// Steps of both phases on a device that the host cannot read.

#include "twofold/train/step.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "device/fake_device.h"
#include "eval/generate.h"
#include "model/families/registry.h"
#include "twofold/lora/lora.h"
#include "twofold/model/config.h"
#include "twofold/model/loss.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

using test::fake_device;

/// What the device computes with, on the CPU as well: asked for before the first operation.
const bool kReference = setenv("TWOFOLD_OPS", "reference", /*replace=*/1) == 0;

Batch batch_of(int64_t step) {
  Batch batch(4, 16);
  for (size_t i = 0; i < batch.tokens.size(); ++i) {
    const auto place = static_cast<size_t>(step) * 64 + i;
    batch.tokens[i] = static_cast<int32_t>((place * place + 11) % 61);
    batch.labels[i] = i % 5 == 0 ? -1 : static_cast<int32_t>((place * 7 + 3) % 61);
    batch.positions[i] = static_cast<int32_t>(i % 16);
  }
  return batch;
}

/// One run in small: a model of a family, trained whole and then by adapters.
class SmallRun {
 public:
  SmallRun(const std::string& family, const std::string& more, at::Device device)
      : config_(make_model_config(family)) {
    config::Fields fields;
    config_->declare(fields);
    config::load(fields, {.text = "architecture: {n_layers: 2, n_embd: 32, n_head: 4, block_size: "
                                  "16, vocab_size: 61, dropout: 0.1, dtype: {activation: float32}" +
                                  more + "}",
                          .overrides = {}});
    model_ = config_->build();
    model_->parameters().initialize(3, at::kFloat);
    model_->parameters().move_to(device);
  }

  ParameterTree& parameters() { return model_->parameters(); }

  /// Names what is trained from here on.
  void train_all(const OptimizerConfig& config) {
    for (Parameter& parameter : parameters().all()) {
      trained_.push_back({.name = parameter.path,
                          .value = parameter.weight.value.requires_grad_(true),
                          .axes = parameter.axes});
    }
    optimizer_ = make_optimizer(config, trained_);
  }
  void train_adapters(const LoRAConfig& config) {
    freeze_parameters(parameters(), config.base_dtype);
    adapters_ = inject_lora_params(parameters(), config, 5);
    trained_.clear();
    for (const auto& [name, value] : named_adapters(adapters_)) {
      trained_.push_back({.name = name, .value = value});
    }
    optimizer_ = make_adapter_optimizer({}, trained_);
  }

  StepResult step(int64_t number) {
    const LossFunction loss = [&](const Batch& micro, double scale, int64_t first_row) {
      const InputKey key{.training = true,
                         .seed = 9,
                         .step = static_cast<uint64_t>(number),
                         .first_row = first_row};
      at::Tensor row_sums;
      at::Tensor scaled = batch_loss(*model_, micro, scale, key, &row_sums);
      return MicroLoss(std::move(scaled), std::move(row_sums));
    };
    return train_step(loss, batch_of(number), /*micro_rows=*/2, trained_, *optimizer_, 0.01,
                      number);
  }

  std::vector<at::Tensor> values() const {
    std::vector<at::Tensor> copies;
    for (const Trainable& tensor : trained_) copies.push_back(on_host(tensor.value));
    for (const auto& [name, tensor] : optimizer_->state()) copies.push_back(on_host(tensor));
    return copies;
  }
  double loss() { return evaluate_loss(*model_, batch_of(99), 3).sum; }
  std::vector<int32_t> text() {
    const std::vector<int32_t> prompt = {1, 2, 3};
    return generate(*model_, 16, prompt, {.max_new_tokens = 9, .seed = 4});
  }

 private:
  std::unique_ptr<ModelConfig> config_;
  std::unique_ptr<Model> model_;
  LoRAParams adapters_;
  std::vector<Trainable> trained_;
  std::unique_ptr<Optimizer> optimizer_;
};

void expect_equal(SmallRun& here, SmallRun& there, int64_t first) {
  ASSERT_TRUE(kReference);
  for (int64_t step = first; step < first + 3; ++step) {
    const int64_t before = test::waits();
    const StepResult other = there.step(step);
    EXPECT_EQ(test::waits(), before + 1) << "step " << step;
    const StepResult one = here.step(step);
    EXPECT_EQ(one.loss, other.loss);
    EXPECT_EQ(one.grad_norm, other.grad_norm);
    ASSERT_EQ(one.rows.size(), other.rows.size());
    ASSERT_FALSE(one.rows.empty());
    for (size_t row = 0; row < one.rows.size(); ++row) {
      EXPECT_EQ(one.rows[row].sum, other.rows[row].sum) << row;
    }
  }
  const std::vector<at::Tensor> one = here.values(), other = there.values();
  ASSERT_EQ(one.size(), other.size());
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(at::equal(one[i], other[i])) << i;
  EXPECT_EQ(here.loss(), there.loss());
  EXPECT_EQ(here.text(), there.text());
}

void expect_both_phases(const std::string& family, const std::string& more,
                        const OptimizerConfig& optimizer, const LoRAConfig& lora) {
  SmallRun here(family, more, host_device()), there(family, more, fake_device());
  here.train_all(optimizer);
  there.train_all(optimizer);
  expect_equal(here, there, 0);
  here.train_adapters(lora);
  there.train_adapters(lora);
  expect_equal(here, there, 3);
}

TEST(OnTheDevice, ALlamaTrainsBothPhasesAsOnTheCpuAndWaitsOnceAStep) {
  LoRAConfig lora;
  lora.rank = 4;
  lora.dropout = 0.2;
  expect_both_phases("llama", ", n_kv_head: 2, intermediate_size: 48", {}, lora);
}

TEST(OnTheDevice, AGptWithMuonAndAdaptersAndTrainedRowsOverFourBits) {
  LoRAConfig lora;
  lora.trained_tokens = {{"wte", {3, 17, 40}}};
  lora.rank = 4;
  lora.base_dtype = "nf4";
  lora.dora = true;
  expect_both_phases("gpt", "", {.optimizer = "muon"}, lora);
}

TEST(OnTheDevice, RecomputedBlocksAndStartsFromTheWeights) {
  LoRAConfig lora;
  lora.rank = 4;
  lora.init = "pissa";
  expect_both_phases("gpt_neox", ", checkpointing: true", {}, lora);
}

}  // namespace
}  // namespace twofold
