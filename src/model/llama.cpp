// Llama 1, 2 and 3, and what has their shape: TinyLlama, SmolLM2, Mistral (with its sliding
// window).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/families.h"
#include "model/gated_decoder.h"
#include "model/hf_common.h"

namespace twofold {
namespace {

struct LlamaConfig final : GatedDecoderConfig {
  LlamaConfig() {
    n_embd = 4096;
    n_head = 32;
    block_size = 2048;
    vocab_size = 32000;
  }

  std::string family() const override { return "llama"; }
  bool output_bias() const override { return attention_bias; }
  int64_t window(int64_t) const override { return std::max<int64_t>(sliding_window, 0); }

  void declare(config::Fields& fields) override;
  void from_hf(const nlohmann::json& config, const std::string& file) override;
  nlohmann::json to_hf(const std::string& dtype) const override;
};

void LlamaConfig::declare(config::Fields& fields) {
  declare_gated(fields);
  fields.add("architecture/attention_bias", attention_bias,
             "Biases in the attention's four projections.");
  fields.add("architecture/sliding_window", sliding_window,
             "Keys that a query sees, its own included (Mistral); -1: all.", {.min = -1});
}

void LlamaConfig::from_hf(const nlohmann::json& config, const std::string& file) {
  HfReader reader(config, file);
  reader.model_type({"llama", "mistral"}, family());
  const bool mistral = reader.text("model_type", "") == "mistral";
  read_common(reader, 10000.0, mistral ? 131072 : 2048);
  head_dim = reader.integer("head_dim", n_embd / std::max<int64_t>(n_head, 1));
  if (mistral) {
    sliding_window = reader.integer("sliding_window", -1);
    attention_bias = bias = false;
  } else {
    sliding_window = -1;
    attention_bias = reader.flag("attention_bias", false);
    bias = reader.flag("mlp_bias", false);
    reader.only("pretraining_tp", 1);
  }
  check_layer_types(reader);
  reader.finish();
}

nlohmann::json LlamaConfig::to_hf(const std::string& dtype) const {
  nlohmann::json out = write_common(dtype);
  out["head_dim"] = head_width();
  if (sliding_window > 0) {
    if (attention_bias) not_exportable("architecture/attention_bias", "false (Mistral)", "true");
    if (bias) not_exportable("architecture/bias", "false (Mistral)", "true");
    set_architecture(out, "mistral", "MistralForCausalLM");
    out["sliding_window"] = sliding_window;
  } else {
    set_architecture(out, "llama", "LlamaForCausalLM");
    out["attention_bias"] = attention_bias;
    out["mlp_bias"] = bias;
  }
  return out;
}

}  // namespace

std::unique_ptr<ModelConfig> make_llama_config() { return std::make_unique<LlamaConfig>(); }

}  // namespace twofold
