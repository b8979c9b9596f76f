// Qwen2, Qwen2.5: Llama with biases on q, k, v, and a sliding window in the upper layers. Qwen3: a
// norm of each head of q and k instead of the biases.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/families/families.h"
#include "model/families/gated_decoder.h"
#include "model/hf/common.h"

namespace twofold {
namespace {

struct QwenConfig final : GatedDecoderConfig {
  bool use_sliding_window = false;
  int64_t max_window_layers = 28;

  QwenConfig() {
    n_embd = 4096;
    n_head = 32;
    block_size = 32768;
    vocab_size = 151936;
    intermediate_size = 22016;
    attention_bias = true;
    rope.theta = 1e6;
  }

  std::string family() const override { return "qwen"; }
  std::unique_ptr<ModelConfig> defaults() const override { return std::make_unique<QwenConfig>(); }
  const std::vector<std::string>& hf_model_types() const override {
    static const std::vector<std::string> kTypes = {"qwen2", "qwen3"};
    return kTypes;
  }
  bool output_bias() const override { return qk_norm && attention_bias; }
  int64_t window(int64_t layer) const override {
    return slides() && layer >= max_window_layers ? sliding_window : 0;
  }
  bool slides() const { return use_sliding_window && sliding_window > 0; }

  void declare(config::Fields& fields) override;
  void from_hf(const nlohmann::json& config, const std::string& file) override;
  nlohmann::json to_hf(const std::string& dtype) const override;
};

void QwenConfig::declare(config::Fields& fields) {
  declare_gated(fields);
  fields.add("architecture/attention_bias", attention_bias,
             "Biases in q_proj, k_proj and v_proj; with qk_norm (Qwen3) in o_proj too.");
  fields.add("architecture/use_sliding_window", use_sliding_window,
             "Whether layers from max_window_layers on see only a window.");
  fields.add("architecture/sliding_window", sliding_window,
             "Keys that a query of those layers sees, its own included; -1: all.",
             {.min = 1, .or_else = -1});
  fields.add("architecture/max_window_layers", max_window_layers,
             "Layers, from the first, that always see all keys.", {.min = 0});
}

void QwenConfig::from_hf(const nlohmann::json& config, const std::string& file) {
  formats::JsonReader reader(config, file, kOtherModel);
  check_family(reader, *this);
  const bool third = reader.is("model_type", "qwen3");
  read_common(reader, {.positions = 32768, .kv_heads = 32, .head_dim = third ? 128 : 0});
  reader.only("hidden_act", "silu");
  qk_norm = third;
  attention_bias = third ? reader.flag("attention_bias", false) : true;
  bias = false;
  use_sliding_window = reader.flag("use_sliding_window", false);
  sliding_window = -1;
  if (use_sliding_window && !reader.is_null("sliding_window")) {
    sliding_window = reader.size("sliding_window", 4096);
  }
  max_window_layers = reader.integer("max_window_layers", 28);
  check_layer_types(reader);
  reader.finish();
}

nlohmann::json QwenConfig::to_hf(const std::string& dtype) const {
  nlohmann::json out = write_common(dtype);
  if (!qk_norm && !attention_bias && !slides()) {  // no Qwen then, but exactly a Llama
    set_architecture(out, "llama", "LlamaForCausalLM");
    out["attention_bias"] = false;
    out["mlp_bias"] = bias;
    out["head_dim"] = head_width();
    return out;
  }
  if (bias) not_exportable("architecture/bias", "false (Qwen)", "true");
  out["use_sliding_window"] = slides();
  out["sliding_window"] = slides() ? nlohmann::json(sliding_window) : nlohmann::json();
  out["max_window_layers"] = max_window_layers;
  if (qk_norm) {
    set_architecture(out, "qwen3", "Qwen3ForCausalLM");
    out["attention_bias"] = attention_bias;
    out["head_dim"] = head_width();
    return out;
  }
  if (!attention_bias) not_exportable("architecture/attention_bias", "true (Qwen2)", "false");
  if (head_width() * n_head != n_embd) {
    not_exportable("architecture/head_dim", "n_embd / n_head (Qwen2)", std::to_string(head_dim));
  }
  set_architecture(out, "qwen2", "Qwen2ForCausalLM");
  return out;
}

}  // namespace

std::unique_ptr<ModelConfig> make_qwen_config() { return std::make_unique<QwenConfig>(); }

}  // namespace twofold
