// The keys of peft_type LORA.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "interop/peft/keys.h"

namespace twofold {
namespace {

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

class LoraKeys final : public PeftKeys {
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
    config.lora_alpha = reader.number("lora_alpha", config.lora_alpha, kAlphaRange);
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

  void write_keys(const PeftConfig& config, nlohmann::json& to) const override {
    const auto add_if = [&](bool there, const char* key, nlohmann::json value) {
      if (there) to[key] = std::move(value);
    };
    const auto numbers = [](const PeftPattern& pattern) {
      nlohmann::json object = nlohmann::json::object();
      for (const auto& [key, value] : pattern) object[key] = peft_number(value);
      return object;
    };
    to["lora_alpha"] = peft_number(config.lora_alpha);
    add_if(config.use_rslora, "use_rslora", true);
    add_if(config.use_dora, "use_dora", true);
    add_if(!config.rank_pattern.empty(), "rank_pattern", numbers(config.rank_pattern));
    add_if(!config.alpha_pattern.empty(), "alpha_pattern", numbers(config.alpha_pattern));
    add_if(!config.trainable_tokens.empty(), "trainable_token_indices", config.trainable_tokens);
  }
};

}  // namespace

const PeftKeys& peft_lora_keys() {
  static const LoraKeys kKeys;
  return kKeys;
}

}  // namespace twofold
