// Small models and their golden files (tests/models): logits, losses, gradients, optimizer steps,
// greedy texts.
#include <unistd.h>

#include <cmath>

#include "base/files.h"
#include "model/families/registry.h"
#include "model/hf/format.h"
#include "model/kv_cache.h"
#include "model/support.h"
#include "ops/update.h"
#include "support/low_rank.h"

namespace twofold::test {
namespace {

const Path kModels = TWOFOLD_TEST_MODELS_DIR;

struct Golden {
  TestModel tested;
  nlohmann::json json;
  std::vector<HfTensor> names;
};

Golden open_golden(const std::string& family, const Path& weights, const Path& golden) {
  Golden out;
  out.json = nlohmann::json::parse(read_text(golden));
  out.tested.config = make_model_config(family);
  configure_from_hf(*out.tested.config, weights, {});
  out.tested.config->activation_dtype = "float32";
  out.tested.config->validate();
  out.tested.model = out.tested.config->build();
  load_hf_weights(*out.tested.model, *out.tested.config, weights);
  require_gradients(*out.tested.model);
  out.names = hf_format(*out.tested.config).hf_tensors();
  return out;
}

void expect_near(const at::Tensor& found, const nlohmann::json& expected, double relative) {
  const auto values = expected.get<std::vector<double>>();
  const at::Tensor wanted = at::tensor(values, at::kDouble);
  ASSERT_EQ(found.numel(), wanted.numel());
  EXPECT_LT(largest_difference(found.flatten(), wanted),
            relative * wanted.abs().max().item<double>());
}

/// Norm, sum and first entries of a gradient, as it lies in the foreign layout.
void expect_gradient(const std::string& name, const at::Tensor& gradient,
                     const nlohmann::json& golden) {
  const at::Tensor flat = gradient.to(at::kDouble).flatten();
  const double norm = golden["l2"].get<double>();
  EXPECT_NEAR(flat.norm().item<double>(), norm, 1e-4 * norm) << name;
  const double spread = norm * std::sqrt(static_cast<double>(flat.numel()));
  EXPECT_NEAR(flat.sum().item<double>(), golden["sum"].get<double>(), 1e-4 * spread) << name;
  const auto first =
      golden.value(golden.contains("first8") ? "first8" : "first4", std::vector<double>{});
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_NEAR(flat[static_cast<int64_t>(i)].item<double>(), first[i],
                1e-4 * std::max(std::abs(first[i]), norm / std::sqrt(double(flat.numel()))))
        << name << " " << i;
  }
}

void expect_gradients(Golden& golden, const nlohmann::json& expected) {
  size_t compared = 0;
  for (const HfTensor& name : golden.names) {
    const std::string key = expected.contains(name.theirs) ? name.theirs : name.alias;
    if (!expected.contains(key)) continue;
    ++compared;
    at::Tensor gradient = golden.tested.model->parameters().at(name.ours).weight.value.grad();
    ASSERT_TRUE(gradient.defined()) << name.ours;
    expect_gradient(key, name.transpose ? gradient.t() : gradient, expected[key]);
  }
  EXPECT_EQ(compared, expected.size());
}

struct RandomCase {
  const char *folder, *family;
};
class RandomModel : public testing::TestWithParam<RandomCase> {};
INSTANTIATE_TEST_SUITE_P(All, RandomModel,
                         testing::Values(RandomCase{"gpt2", "gpt"},
                                         RandomCase{"llama-gqa", "llama"},
                                         RandomCase{"llama3-ropescaling", "llama"},
                                         RandomCase{"mistral-swa", "llama"},
                                         RandomCase{"qwen2", "qwen"}),
                         [](const auto& info) {
                           std::string name = info.param.folder;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_P(RandomModel, EqualsTransformers) {
  const Path folder = kModels / "hf-random" / GetParam().folder;
  Golden golden = open_golden(GetParam().family, folder, folder / "golden.json");
  const auto ids = golden.json["input_ids"].get<std::vector<std::vector<int32_t>>>();
  auto labels = ids;  // shifted: each position is to predict the next
  for (auto& row : labels) {
    row.erase(row.begin());
    row.push_back(-1);
  }
  const Batch batch = batch_of(ids, labels);
  const at::Tensor logits = logits_of(*golden.tested.model, batch);
  for (int64_t row = 0; row < batch.rows; ++row) {
    const auto at = static_cast<size_t>(row);
    expect_near(logits[row][batch.width - 1], golden.json["logits_last"][at], 1e-5);
    expect_near(logits[row].logsumexp(-1), golden.json["logits_logsumexp"][at], 1e-5);
  }
  const double loss =
      backward(*golden.tested.model, batch, 1.0 / static_cast<double>(batch.supervised()));
  const double expected = golden.json["loss"].get<double>();
  EXPECT_NEAR(loss, expected, 1e-5 * expected);
  expect_gradients(golden, golden.json["grads"]);
}

class TrainedModel : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const Path folder = kModels / GetParam();
    golden_ = open_golden("llama", folder, folder / "golden.json");
    const auto& batch = golden_.json["train_batch"];
    batch_ = batch_of(batch["x"].get<std::vector<std::vector<int32_t>>>(),
                      batch["y"].get<std::vector<std::vector<int32_t>>>());
    scale_ = 1.0 / static_cast<double>(batch_.supervised());
  }
  Model& model() { return *golden_.tested.model; }
  double loss() { return evaluate_loss(model(), batch_, 2).mean(); }

  Golden golden_;
  Batch batch_;
  double scale_ = 0;
};
INSTANTIATE_TEST_SUITE_P(All, TrainedModel, testing::Values("stories260K", "bible-656k"),
                         [](const auto& info) { return std::string(info.param).substr(0, 5); });

TEST_P(TrainedModel, LogitsAndLossesOfAPrompt) {
  const auto prompt = golden_.json["prompt_ids"].get<std::vector<int32_t>>();
  std::vector<int32_t> next(prompt.begin() + 1, prompt.end());
  next.push_back(-1);
  const Batch batch = batch_of({prompt}, {next});
  const at::Tensor logits = logits_of(model(), batch);
  expect_near(logits[0][0], golden_.json["logits_after_bos"], 1e-5);
  expect_near(logits[0][batch.width - 1], golden_.json["prompt_logits_last"], 1e-5);
  const at::NoGradGuard no_grad;
  const at::Tensor hidden = model().hidden(to_input(batch, {}, host_device()));
  const at::Tensor losses = model().token_losses(hidden[0], at::tensor(next, at::kInt));
  expect_near(losses.narrow(0, 0, batch.width - 1), golden_.json["prompt_nll"], 1e-5);
}

TEST_P(TrainedModel, LossAndGradients) {
  const double expected = golden_.json["full"]["loss0"].get<double>();
  EXPECT_NEAR(backward(model(), batch_, scale_), expected, 1e-5 * expected);
  expect_gradients(golden_, golden_.json["full"]["grads"]);
}

void adam(at::Tensor value, at::Tensor& m, at::Tensor& v, ops::AdamStep step) {
  const at::NoGradGuard no_grad;
  at::Tensor parameter = value.detach();
  if (!m.defined()) {
    m = at::zeros_like(parameter);
    v = at::zeros_like(parameter);
  }
  const at::Tensor gradient = at::empty_like(parameter).copy_(value.grad());
  ops::adam_update(parameter, gradient, m, v, step);
  value.mutable_grad() = at::Tensor();
}

ops::AdamStep adam_of(const nlohmann::json& json) {
  return {.lr = json["lr"],
          .beta1 = json["betas"][0],
          .beta2 = json["betas"][1],
          .eps = json["eps"],
          .weight_decay = json["weight_decay"]};
}

TEST_P(TrainedModel, NineStepsOfAdamW) {
  const auto& json = golden_.json["full"]["adamw"];
  ops::AdamStep step = adam_of(json);
  std::vector<std::pair<at::Tensor, at::Tensor>> moments(model().parameters().all().size());
  for (const double expected : json["loss_after_steps_1_to_9"].get<std::vector<double>>()) {
    backward(model(), batch_, scale_);
    size_t i = 0;
    for (Parameter& parameter : model().parameters().all()) {
      auto& [m, v] = moments[i++];
      adam(parameter.weight.value, m, v, step);
    }
    EXPECT_NEAR(loss(), expected, 1e-4 * expected) << "after step " << step.count;
    ++step.count;
  }
}

/// Attaches the golden's adapters; returns them by the foreign name of their kernel.
std::map<std::string, LowRank> attach_adapters(Golden& golden) {
  const auto& json = golden.json["lora"];
  const int64_t rank = json["r"];
  std::map<std::string, LowRank> adapters;
  for (Parameter& parameter : golden.tested.model->parameters().all()) {
    parameter.weight.value.requires_grad_(false);
  }
  for (const HfTensor& name : golden.names) {
    if (!json["grad_B"].contains(name.theirs)) continue;
    Parameter& parameter = golden.tested.model->parameters().at(name.ours);
    const int64_t in = parameter.shape[0], layer = std::stoll(name.ours.substr(7));
    const at::Tensor index = at::arange(rank * in, at::kDouble).view({rank, in});
    LowRank adapter;
    adapter.A = (0.05 * (0.37 * index + static_cast<double>(layer)).sin()).t().to(at::kFloat);
    adapter.A = adapter.A.contiguous().requires_grad_(true);
    adapter.B = at::zeros({rank, parameter.shape[1]}).requires_grad_(true);
    adapter.scale = json["scale"];
    adapters[name.theirs] = adapter;
    test::attach(parameter.weight, adapter);
  }
  return adapters;
}

TEST_P(TrainedModel, NineStepsOfAdapters) {
  auto adapters = attach_adapters(golden_);
  const auto& json = golden_.json["lora"];
  ASSERT_EQ(adapters.size(), json["grad_B"].size());
  EXPECT_NEAR(loss(), json["loss0"].get<double>(), 1e-5 * json["loss0"].get<double>());
  ops::AdamStep step = adam_of(json["adamw"]);
  std::map<std::string, std::array<at::Tensor, 4>> moments;
  for (const double expected :
       json["adamw"]["loss_after_steps_1_to_9"].get<std::vector<double>>()) {
    backward(model(), batch_, scale_);
    for (auto& [name, adapter] : adapters) {
      if (step.count == 1) {
        expect_gradient(name + " B", adapter.B.grad().t(), json["grad_B"][name]);
        EXPECT_EQ(adapter.A.grad().abs().max().item<double>(), 0) << name;
      } else if (step.count == 2) {
        expect_gradient(name + " A", adapter.A.grad().t(), json["after_step1"]["grad_A"][name]);
        expect_gradient(name + " B", adapter.B.grad().t(), json["after_step1"]["grad_B"][name]);
      }
      auto& [ma, va, mb, vb] = moments[name];
      adam(adapter.A, ma, va, step);
      adam(adapter.B, mb, vb, step);
    }
    EXPECT_NEAR(loss(), expected, 1e-4 * expected) << "after step " << step.count;
    ++step.count;
  }
}

TEST(GoldenWeights, SomethingElseInTheFolderIsAnErrorByName) {
  const Path folder = kModels / "hf-random";
  const auto config = make_model_config("llama");
  try {
    configure_from_hf(*config, folder / "gpt2", {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("model_type"), std::string::npos) << error.what();
  }
  configure_from_hf(*config, folder / "llama-gqa", {});
  const auto model = config->build();
  try {
    load_hf_weights(*model, *config, folder / "qwen2");
    FAIL();
  } catch (const Error& error) {
    EXPECT_GT(error.problems().size(), 3u);
    EXPECT_NE(std::string(error.what()).find("k_proj.weight"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace twofold::test
