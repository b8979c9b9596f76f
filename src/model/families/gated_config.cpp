// The settings of the gated decoder: keys, checks, Hugging Face's names and fields.
#include <nlohmann/json.hpp>

#include "model/checks.h"
#include "model/families/gated_decoder.h"
#include "model/hf/common.h"
#include "model/hf/fields.h"

namespace twofold {
namespace {

template <class Fields, class Config>
void hf_fields(const Fields& hf, Config& config, bool tied) {
  hf.size("vocab_size", config.vocab_size);
  hf.size("hidden_size", config.n_embd);
  hf.size("intermediate_size", config.intermediate_size);
  hf.size("num_hidden_layers", config.n_layers, {}, kMaxLayers);
  hf.size("num_attention_heads", config.n_head);
  hf.positive("rms_norm_eps", config.rms_norm_eps, 1e-6);
  hf.flag("tie_word_embeddings", config.tie_word_embeddings, tied);
}

}  // namespace

void GatedDecoderConfig::declare_gated(config::Fields& fields) {
  declare_common(fields);
  const Constraint derived{.min = 1, .max = kMaxSize, .or_else = -1};
  fields.add("architecture/n_kv_head", n_kv_head, "Key and value heads; -1: n_head.", derived);
  fields.add("architecture/head_dim", head_dim, "Width of a head; -1: n_embd / n_head.", derived);
  fields.add("architecture/intermediate_size", intermediate_size, "Width of the MLP.",
             {.min = 1, .max = kMaxSize});
  fields.add("architecture/rms_norm_eps", rms_norm_eps, "Added to the mean square in RMSNorm.",
             {.min = 0, .exclusive_min = true});
  fields.add("architecture/bias", bias, "Biases in the MLP.");
  fields.add("architecture/qk_norm", qk_norm,
             "RMSNorm of each head of q and k before the rotation (Qwen3, Gemma 3).");
  declare_tied(fields);
  rope.declare(fields);
}

void GatedDecoderConfig::validate() const {
  std::vector<Problem> problems;
  if (head_dim < 0) check_multiple(problems, "architecture/n_embd", n_embd, "n_head", n_head);
  check_multiple(problems, "architecture/n_head", n_head, "n_kv_head", kv_heads());
  rope.check(problems, head_width());
  throw_problems(std::move(problems));
}

std::vector<HfTensor> GatedDecoderConfig::hf_tensors() const {
  HfNames names;
  names.add("wte", "model.embed_tokens.weight", tie_word_embeddings ? "lm_head.weight" : "");
  for (int64_t i = 0; i < n_layers; ++i) {
    const std::string ours = block_prefix(i), theirs = "model.layers." + std::to_string(i) + ".";
    names.norm(ours + "rms_1", theirs + "input_layernorm", false);
    for (const char* name : {"q_proj", "k_proj", "v_proj", "o_proj"}) {
      const bool biased = std::string(name) == "o_proj" ? output_bias() : attention_bias;
      names.dense(ours + "attn/" + name, theirs + "self_attn." + name, true, biased);
    }
    if (qk_norm) {
      for (const char* name : {"q_norm", "k_norm"}) {
        names.norm(ours + "attn/" + name, theirs + "self_attn." + name, false);
      }
    }
    if (post_norms) {
      names.norm(ours + "rms_1_post", theirs + "post_attention_layernorm", false);
      names.norm(ours + "rms_2", theirs + "pre_feedforward_layernorm", false);
      names.norm(ours + "rms_2_post", theirs + "post_feedforward_layernorm", false);
    } else {
      names.norm(ours + "rms_2", theirs + "post_attention_layernorm", false);
    }
    for (const char* name : {"gate_proj", "up_proj", "down_proj"}) {
      names.dense(ours + "mlp/" + name, theirs + "mlp." + name, true, bias);
    }
  }
  names.norm("ln_f", "model.norm", false);
  if (!tie_word_embeddings) names.add("lm_head", "lm_head.weight");
  return names.take();
}

nlohmann::json GatedDecoderConfig::layer_types() const {
  nlohmann::json types = nlohmann::json::array();
  for (int64_t i = 0; i < n_layers; ++i) types.push_back(window(i) > 0 ? kSlides : kSeesAll);
  return types;
}

void GatedDecoderConfig::check_layer_types(const formats::JsonReader& reader) const {
  reader.only("layer_types", layer_types());
}

void GatedDecoderConfig::read_common(const formats::JsonReader& reader,
                                     const HfDefaults& defaults) {
  hf_fields(ReadFields{reader}, *this, defaults.tied);
  // Null means as many as query heads; absent, the class's default.
  const bool grouped = defaults.kv_heads > 0 && !reader.is_null("num_key_value_heads");
  n_kv_head = reader.size("num_key_value_heads", grouped ? defaults.kv_heads : n_head);
  head_dim = reader.size("head_dim", defaults.head_dim > 0 ? defaults.head_dim
                                                           : std::max<int64_t>(1, n_embd / n_head));
  max_position_embeddings = reader.size("max_position_embeddings", defaults.positions);
  refuse_quantised(reader);
  rope.from_hf(reader, defaults.theta, max_position_embeddings);
  block_size = rope.context(max_position_embeddings);
  formats::JsonReader parameters = rope_fields(reader);
  rope.partial_rotary_factor = 1.0;
  if (rope.rope_type == "proportional") {
    rope.partial_rotary_factor = parameters.number("partial_rotary_factor", 1.0, kShare);
  } else {
    parameters.only("partial_rotary_factor", 1.0);
    reader.only("partial_rotary_factor", 1.0);
  }
  read_special_ids(*this, reader);
}

nlohmann::json GatedDecoderConfig::write_common(const std::string& dtype) const {
  if (rope.partial_rotary_factor != 1.0 && rope.rope_type != "proportional") {
    not_exportable("architecture/partial_rotary_factor", "1",
                   std::to_string(rope.partial_rotary_factor));
  }
  nlohmann::json out = hf_config_frame(*this, dtype);
  hf_fields(WriteFields{out}, *this, false);
  out["num_key_value_heads"] = kv_heads();
  out["max_position_embeddings"] = positions();
  out["hidden_act"] = "silu";
  out["attention_dropout"] = attn_dropout;
  rope.to_hf(out);
  return out;
}

}  // namespace twofold
