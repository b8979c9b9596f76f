// Llama 1, 2 and 3, and models of the same structure: TinyLlama, SmolLM and SmolLM2, Mistral (with
// its sliding window), SmolLM3 (with layers that have no positions).
#include "model/families/llama.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/families/families.h"
#include "model/hf/common.h"

namespace twofold {
namespace {

/// "1 1 1 0": which layers are rotated, as SmolLM3 writes it.
nlohmann::json rope_layers(int64_t layers, int64_t interval) {
  nlohmann::json list = nlohmann::json::array();
  for (int64_t i = 0; i < layers; ++i) {
    list.push_back(interval == 0 || (i + 1) % interval != 0 ? 1 : 0);
  }
  return list;
}

}  // namespace

LlamaConfig::LlamaConfig() {
  n_embd = 4096;
  n_head = 32;
  block_size = 2048;
  vocab_size = 32000;
}

int64_t LlamaConfig::window(int64_t layer) const {
  const bool sees_all = sliding_window_pattern > 0 && (layer + 1) % sliding_window_pattern == 0;
  return sees_all ? 0 : std::max<int64_t>(sliding_window, 0);
}

bool LlamaConfig::rotates(int64_t layer) const {
  return no_rope_interval == 0 || (layer + 1) % no_rope_interval != 0;
}

void LlamaConfig::declare(config::Fields& fields) {
  declare_gated(fields);
  fields.add("architecture/attention_bias", attention_bias,
             "Biases in the attention's four projections.");
  fields.add("architecture/sliding_window", sliding_window,
             "Keys that a query sees, its own included (Mistral, Gemma); -1: all.",
             {.min = 1, .or_else = -1});
  fields.add(
      "architecture/sliding_window_pattern", sliding_window_pattern,
      "Every n-th layer sees all keys whatever the window (Gemma 2: 2, Gemma 3: 6); 0: none.",
      {.min = 0});
  fields.add("architecture/no_rope_interval", no_rope_interval,
             "Every n-th layer has no positions (SmolLM3: 4); 0: all are rotated.", {.min = 0});
  fields.add("architecture/hidden_act", hidden_act, "Activation of the gate (Gemma: gelu_tanh).",
             {.choices = {"silu", "gelu_tanh"}});
  fields.add("architecture/norm_offset", norm_offset, "RMSNorm multiplies by 1 + weight (Gemma).");
  fields.add("architecture/post_norms", post_norms,
             "Norms after attention and MLP too (Gemma 2 and 3).");
  fields.add("architecture/scale_embedding", scale_embedding,
             "Embeddings are multiplied by sqrt(n_embd) (Gemma).");
  fields.add("architecture/query_pre_attn_scalar", query_pre_attn_scalar,
             "Attention scores are divided by its root (Gemma 2 and 3); 0: head_dim.", {.min = 0});
  fields.add("architecture/attn_logit_softcapping", attn_logit_softcapping,
             "Cap c of the scores, c tanh(score / c) (Gemma 2); 0: none.", {.min = 0});
  fields.add("architecture/final_logit_softcapping", final_logit_softcapping,
             "Cap of the logits, likewise; 0: none.", {.min = 0});
  fields.add("architecture/rope_local_theta", rope_local_theta,
             "Base of the rotary frequencies in layers with a window (Gemma 3); 0: rope_theta.",
             {.min = 0});
}

const std::vector<std::string>& LlamaConfig::hf_model_types() const {
  static const std::vector<std::string> kTypes = {"llama", "mistral", "smollm3",
                                                  "gemma", "gemma2",  "gemma3_text"};
  return kTypes;
}

void LlamaConfig::from_hf(const nlohmann::json& config, const std::string& file) {
  formats::JsonReader reader(config, file, kOtherModel);
  check_family(reader, *this);
  const std::string type = reader.text("model_type", "");
  LlamaConfig fresh;  // settings that this architecture lacks have their defaults
  static_cast<ModelUse&>(fresh) = *this;
  *this = fresh;
  if (type.starts_with("gemma")) {
    read_gemma(reader, type);
  } else if (type == "mistral") {
    read_mistral(reader);
  } else if (type == "smollm3") {
    read_smollm3(reader);
  } else {
    read_llama(reader);
  }
  check_layer_types(reader);
  reader.finish();
}

void LlamaConfig::read_llama(const formats::JsonReader& reader) {
  read_common(reader, {});
  reader.only("hidden_act", "silu");
  attention_bias = reader.flag("attention_bias", false);
  bias = reader.flag("mlp_bias", false);
  // pretraining_tp, 2 in the first files of Llama 2, only says in how many slices to multiply.
}

void LlamaConfig::read_mistral(const formats::JsonReader& reader) {
  read_common(reader, {.positions = 131072, .kv_heads = 8});
  reader.only("hidden_act", "silu");
  // A null window is no window; a missing one is the class's default.
  sliding_window = reader.is_null("sliding_window") ? -1 : reader.size("sliding_window", 4096);
}

void LlamaConfig::read_smollm3(const formats::JsonReader& reader) {
  read_common(reader, {.theta = 2e6, .positions = 32768, .kv_heads = 4, .tied = true});
  reader.only("hidden_act", "silu");
  attention_bias = reader.flag("attention_bias", false);
  bias = reader.flag("mlp_bias", false);
  reader.only("use_sliding_window", false);
  no_rope_interval = reader.size("no_rope_layer_interval", 4);
  // The list decides where there is one.
  if (!reader.is("no_rope_layers", rope_layers(n_layers, no_rope_interval)) &&
      reader.has("no_rope_layers")) {
    no_rope_interval = reader.place("no_rope_layers", 0);
    reader.only("no_rope_layers", rope_layers(n_layers, no_rope_interval));
  }
}

void LlamaConfig::refuse_gemma_settings() const {
  const auto refuse = [](bool set, const char* key) {
    if (set) not_exportable(std::string("architecture/") + key, "its default (Llama)", "set");
  };
  refuse(qk_norm, "qk_norm");
  refuse(hidden_act != "silu", "hidden_act");
  refuse(post_norms, "post_norms");
  refuse(scale_embedding, "scale_embedding");
  refuse(query_pre_attn_scalar > 0 && query_pre_attn_scalar != static_cast<double>(head_width()),
         "query_pre_attn_scalar");
  refuse(attn_logit_softcapping > 0, "attn_logit_softcapping");
  refuse(final_logit_softcapping > 0, "final_logit_softcapping");
  refuse(rope_local_theta > 0, "rope_local_theta");
  refuse(sliding_window > 0 && sliding_window_pattern > 0, "sliding_window_pattern");
}

nlohmann::json LlamaConfig::to_hf(const std::string& dtype) const {
  nlohmann::json out = write_common(dtype);
  out["head_dim"] = head_width();
  if (norm_offset) {
    if (bias) not_exportable("architecture/bias", "false (Gemma)", "true");
    out["attention_bias"] = attention_bias;
    write_gemma(out);
    return out;
  }
  refuse_gemma_settings();
  if (sliding_window > 0) {
    if (attention_bias) not_exportable("architecture/attention_bias", "false (Mistral)", "true");
    if (bias) not_exportable("architecture/bias", "false (Mistral)", "true");
    if (no_rope_interval > 0) not_exportable("architecture/no_rope_interval", "0 (Mistral)", "set");
    set_architecture(out, "mistral", "MistralForCausalLM");
    out["sliding_window"] = sliding_window;
    return out;
  }
  out["attention_bias"] = attention_bias;
  out["mlp_bias"] = bias;
  if (no_rope_interval > 0) {
    set_architecture(out, "smollm3", "SmolLM3ForCausalLM");
    out["no_rope_layer_interval"] = no_rope_interval;
    out["no_rope_layers"] = rope_layers(n_layers, no_rope_interval);
    out["use_sliding_window"] = false;
  } else {
    set_architecture(out, "llama", "LlamaForCausalLM");
  }
  return out;
}

std::unique_ptr<ModelConfig> make_llama_config() { return std::make_unique<LlamaConfig>(); }

}  // namespace twofold
