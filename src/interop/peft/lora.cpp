// peft_type LORA: A, B, the magnitudes of DoRA, rows of tokens.
#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "interop/peft/mapping.h"

namespace twofold {
namespace {

constexpr const char* kMagnitude = "lora_magnitude";
constexpr const char* kPeftMagnitude = ".lora_magnitude_vector";

/// Starts that leave the base as it was.
constexpr std::array kPlainStarts = {"gaussian", "eva", "orthogonal"};

void check_start(const formats::JsonReader& reader) {
  const nlohmann::json& start = reader.field("init_lora_weights");
  const bool plain =
      start.is_null() || start.is_boolean() ||
      (start.is_string() && std::find(kPlainStarts.begin(), kPlainStarts.end(),
                                      start.get<std::string>()) != kPlainStarts.end());
  if (plain) return;
  reader.problem("init_lora_weights", "the adapter's start was taken out of its base model",
                 "true, false, \"gaussian\", \"eva\" or \"orthogonal\"",
                 "save it in PEFT with path_initial_model_for_weight_conversion");
}

class LoraMapping final : public PeftMapping {
 public:
  const char* type() const override { return "LORA"; }
  const char* adapted_biases() const override { return "lora_only"; }
  const char* dropout_key() const override { return "lora_dropout"; }

  std::vector<std::string> shown_keys() const override {
    return {"lora_alpha", "lora_dropout", "rank_pattern",      "alpha_pattern",
            "use_rslora", "use_dora",     "init_lora_weights", "trainable_token_indices"};
  }
  std::vector<std::string> marks() const override { return {"lora_A", "lora_embedding_A"}; }
  std::vector<std::string> partners() const override { return {"lora_B", "lora_embedding_B"}; }

  void read_keys(const formats::JsonReader& reader, const nlohmann::ordered_json& in_order,
                 PeftConfig& config) const override {
    check_start(reader);
    config.lora_alpha = reader.number("lora_alpha", config.lora_alpha,
                                      {.min = 0, .max = kMaxPeftNumber, .exclusive_max = true});
    config.use_rslora = reader.flag("use_rslora", config.use_rslora);
    config.use_dora = reader.flag("use_dora", config.use_dora);
    config.rank_pattern = read_pattern(reader, in_order, "rank_pattern", /*whole=*/true);
    config.alpha_pattern = read_pattern(reader, in_order, "alpha_pattern", /*whole=*/false);
    config.trainable_tokens = read_tokens(reader, "trainable_token_indices");
    for (const char* key : {"megatron_core", "qalora_group_size", "loftq_config", "eva_config",
                            "corda_config", "lora_ga_config"}) {
      reader.field(key);  // how it was trained, not what it computes
    }
  }

  void write_keys(const PeftConfig& config, nlohmann::json& json) const override {
    const auto add_if = [&](bool there, const char* key, nlohmann::json value) {
      if (there) json[key] = std::move(value);
    };
    const auto numbers = [](const PeftPattern& pattern) {
      nlohmann::json object = nlohmann::json::object();
      for (const auto& [key, value] : pattern) object[key] = peft_number(value);
      return object;
    };
    json["lora_alpha"] = peft_number(config.lora_alpha);
    add_if(config.use_rslora, "use_rslora", true);
    add_if(config.use_dora, "use_dora", true);
    add_if(!config.rank_pattern.empty(), "rank_pattern", numbers(config.rank_pattern));
    add_if(!config.alpha_pattern.empty(), "alpha_pattern", numbers(config.alpha_pattern));
    add_if(!config.trainable_tokens.empty(), "trainable_token_indices", config.trainable_tokens);
  }

  void to_config(const LoRAConfig& lora, PeftConfig& config) const override {
    config.use_rslora = lora.rslora;
    config.use_dora = lora.dora;
  }
  void to_settings(const PeftConfig& config, LoRAConfig& lora) const override {
    lora.rslora = config.use_rslora;
    lora.dora = config.use_dora;
  }

  PeftSaved save(const PeftModule& module, const AdapterTensors& tensors) const override {
    at::Tensor A = tensors.at("lora_A"), B = tensors.at("lora_B");
    if (tensors.contains("start_A")) {
      // W − s·A₀·B₀ + s·A·B = W + s·[A A₀]·[B; −B₀].
      A = at::cat({A, tensors.at("start_A")}, 1);
      B = at::cat({B, -tensors.at("start_B")}, 0);
    }
    const PeftFactors factors = to_peft(module, A, B);
    PeftSaved saved{.tensors = {{factor_suffix(module, true), factors.A},
                                {factor_suffix(module, false), factors.B}},
                    .rank = A.size(1)};
    const auto magnitude = tensors.find(kMagnitude);
    if (magnitude != tensors.end()) saved.tensors.emplace_back(kPeftMagnitude, magnitude->second);
    return saved;
  }

  AdapterTensors load(const PeftModule& module, const std::vector<int64_t>& shape,
                      const PeftConfig& config, PeftTensors& tensors) const override {
    const std::string name = kPeftPrefix + module.name;
    const bool head = module.kind == PeftModule::Kind::kHead;
    const int64_t in = shape[head ? 1 : 0], out = shape[head ? 0 : 1];
    const int64_t rank = config.rank_of(module.name);
    const at::Tensor A = tensors.read(name + factor_suffix(module, true), {rank, in});
    const at::Tensor B = tensors.read(name + factor_suffix(module, false), {out, rank});
    const at::Tensor magnitude =
        config.use_dora ? tensors.read(name + kPeftMagnitude, {out}) : at::Tensor();
    if (!A.defined() || !B.defined() || magnitude.defined() != config.use_dora) return {};
    AdapterTensors loaded = from_peft(module, {A, B});
    if (magnitude.defined()) loaded[kMagnitude] = magnitude.clone();
    return loaded;
  }
};

}  // namespace

const PeftMapping& peft_lora() {
  static const LoraMapping kMapping;
  return kMapping;
}

}  // namespace twofold
