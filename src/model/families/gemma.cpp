// Gemma 1, 2 and 3 (text): Llama with a GELU gate, norms that multiply by 1 + weight and embeddings
// scaled by sqrt(D). Gemma 2 caps scores and logits, puts norms after the sublayers too and a
// window into every other layer; Gemma 3 norms q and k, drops the caps, and has five layers with a
// window (and a rotary base of their own) to one without.
#include <nlohmann/json.hpp>

#include "model/families/llama.h"
#include "model/hf/common.h"

namespace twofold {
namespace {

constexpr const char* kActivation = "gelu_pytorch_tanh";

}  // namespace

void LlamaConfig::read_gemma(const formats::JsonReader& reader, const std::string& model_type) {
  const bool second = model_type == "gemma2", third = model_type == "gemma3_text";
  read_common(reader, {.theta = third ? 1e6 : 10000.0,
                       .positions = third ? 131072 : 8192,
                       .kv_heads = second || third ? 4 : 16,
                       .head_dim = 256,
                       .tied = true});
  norm_offset = scale_embedding = true;
  hidden_act = "gelu_tanh";
  // The first files say "gelu" and mean the approximation, as transformers knows.
  if (!reader.is("hidden_act", "gelu")) reader.only("hidden_act", kActivation);
  reader.only("hidden_activation", kActivation);
  reader.only("use_bidirectional_attention", false);
  attention_bias = reader.flag("attention_bias", false);
  if (!second && !third) return;

  post_norms = true;
  query_pre_attn_scalar = reader.number("query_pre_attn_scalar", 256.0, kPositive);
  sliding_window = reader.is_null("sliding_window") ? -1 : reader.size("sliding_window", 4096);
  const auto cap = [&](const char* name, double otherwise) {
    return reader.is_null(name) ? 0.0 : reader.number(name, otherwise, kNotNegative);
  };
  final_logit_softcapping = cap("final_logit_softcapping", third ? 0.0 : 30.0);
  if (second) {
    sliding_window_pattern = 2;
    attn_logit_softcapping = cap("attn_logit_softcapping", 50.0);
  } else {
    read_gemma3(reader);
  }
}

void LlamaConfig::read_gemma3(const formats::JsonReader& reader) {
  qk_norm = true;
  sliding_window_pattern = reader.size("sliding_window_pattern", 6);
  // The list decides where there is one; files since 4.55 have no other pattern than it.
  if (reader.has("layer_types") && !reader.is("layer_types", layer_types())) {
    const int64_t place = reader.place("layer_types", kSeesAll);
    sliding_window_pattern = place > 0 ? place : n_layers + 1;
  }
  reader.absent("attn_logit_softcapping");
  rope_local_theta = reader.number("rope_local_base_freq", 10000.0, kPositive);
  const formats::JsonReader kinds = reader.child("rope_parameters");
  if (!kinds.has("full_attention")) return;
  rope.from_hf(reader, kinds.child("full_attention"), 1e6, block_size);
  const formats::JsonReader local = kinds.child("sliding_attention");
  local.only("rope_type", "default");
  rope_local_theta = local.number("rope_theta", rope_local_theta, kPositive);
}

void LlamaConfig::write_gemma(nlohmann::json& out) const {
  const auto demand = [](bool right, const char* key, const char* expected) {
    if (!right) not_exportable(std::string("architecture/") + key, expected, "another value");
  };
  demand(scale_embedding, "scale_embedding", "true (Gemma)");
  demand(hidden_act == "gelu_tanh", "hidden_act", "gelu_tanh (Gemma)");
  demand(no_rope_interval == 0, "no_rope_interval", "0 (Gemma)");
  out["hidden_act"] = kActivation;
  if (!post_norms) {
    demand(!qk_norm, "qk_norm", "false (Gemma)");
    demand(sliding_window <= 0, "sliding_window", "-1 (Gemma)");
    demand(attn_logit_softcapping + final_logit_softcapping == 0, "final_logit_softcapping",
           "0 (Gemma)");
    demand(rope_local_theta == 0, "rope_local_theta", "0 (Gemma)");
    set_architecture(out, "gemma", "GemmaForCausalLM");
    return;
  }
  out["hidden_activation"] = kActivation;
  out["query_pre_attn_scalar"] =
      query_pre_attn_scalar > 0 ? static_cast<int64_t>(query_pre_attn_scalar) : head_width();
  out["sliding_window"] = sliding_window > 0 ? nlohmann::json(sliding_window) : nlohmann::json();
  const auto cap = [](double value) {
    return value > 0 ? nlohmann::json(value) : nlohmann::json();
  };
  out["final_logit_softcapping"] = cap(final_logit_softcapping);
  out["attn_logit_softcapping"] = cap(attn_logit_softcapping);
  if (qk_norm) {
    demand(attn_logit_softcapping == 0, "attn_logit_softcapping", "0 (Gemma 3)");
    demand(sliding_window_pattern > 0, "sliding_window_pattern", "at least 1 (Gemma 3)");
    set_architecture(out, "gemma3_text", "Gemma3ForCausalLM");
    out["sliding_window_pattern"] = sliding_window_pattern;
    out["rope_local_base_freq"] = rope_local_theta > 0 ? rope_local_theta : rope.theta;
  } else {
    demand(sliding_window_pattern == 2, "sliding_window_pattern", "2 (Gemma 2)");
    demand(rope_local_theta == 0, "rope_local_theta", "0 (Gemma 2)");
    set_architecture(out, "gemma2", "Gemma2ForCausalLM");
  }
}

}  // namespace twofold
