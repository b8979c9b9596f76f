#include "model/gated_decoder.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "kernels/activation.h"
#include "model/checks.h"
#include "model/hf_common.h"

namespace twofold {
namespace {

class GatedDecoder final : public DecoderModel {
 public:
  explicit GatedDecoder(const GatedDecoderConfig& config);

 private:
  struct Block {
    Norm before_attention, before_mlp;
    Dense q, k, v, o, gate, up, down;
    int64_t window = 0;
  };
  at::Tensor block(int64_t layer, const at::Tensor& x, const ModelInput& input) const override;
  at::Tensor final_norm(const at::Tensor& x) const override { return ln_f_.rms(x); }

  const int64_t heads_, kv_heads_;
  std::vector<Block> blocks_;
  Norm ln_f_;
};

RopeConfig rope_of(const GatedDecoderConfig& config) {
  RopeConfig rope = config.rope;
  rope.rotary_dim = rotary_dimensions(config.head_width(), config.partial_rotary_factor);
  return rope;
}

GatedDecoder::GatedDecoder(const GatedDecoderConfig& config)
    : DecoderModel(config, rope_of(config)), heads_(config.n_head), kv_heads_(config.kv_heads()) {
  Declarer declare(parameters_);
  const int64_t d = config.n_embd, f = config.intermediate_size;
  const int64_t q = heads_ * config.head_width(), kv = kv_heads_ * config.head_width();
  const double proj = projection_stddev(config);
  declare_embedding(declare);
  for (int64_t i = 0; i < n_layers_; ++i) {
    const std::string attn = block_prefix(i) + "attn/", mlp = block_prefix(i) + "mlp/";
    const auto projection = [&](const char* name, int64_t out) {
      return declare.dense({.path = attn + name,
                            .in = d,
                            .out = out,
                            .bias = config.attention_bias,
                            .out_axis = "n_attn"});
    };
    const auto widening = [&](const char* name) {
      return declare.dense({.path = mlp + name, .in = d, .out = f, .bias = config.bias});
    };
    Block& block = blocks_.emplace_back();
    block.before_attention = declare.norm(block_prefix(i) + "rms_1", d, false, config.rms_norm_eps);
    block.q = projection("q_proj", q);
    block.k = projection("k_proj", kv);
    block.v = projection("v_proj", kv);
    block.o = declare.dense({.path = attn + "o_proj",
                             .in = q,
                             .out = d,
                             .stddev = proj,
                             .bias = config.output_bias(),
                             .in_axis = "n_attn",
                             .out_axis = "n_embd"});
    block.before_mlp = declare.norm(block_prefix(i) + "rms_2", d, false, config.rms_norm_eps);
    block.gate = widening("gate_proj");
    block.up = widening("up_proj");
    block.down = declare.dense({.path = mlp + "down_proj",
                                .in = f,
                                .out = d,
                                .stddev = proj,
                                .bias = config.bias,
                                .in_axis = "n_embd_ff",
                                .out_axis = "n_embd"});
    block.window = config.window(i);
  }
  ln_f_ = declare.norm("ln_f", d, false, config.rms_norm_eps);
  declare_head(declare, config.tie_word_embeddings);
}

at::Tensor GatedDecoder::block(int64_t layer, const at::Tensor& x, const ModelInput& input) const {
  const Block& b = blocks_[static_cast<size_t>(layer)];
  const at::Tensor n = b.before_attention.rms(x);
  const at::Tensor context =
      attend(layer, split_heads(b.q(n), heads_), split_heads(b.k(n), kv_heads_),
             split_heads(b.v(n), kv_heads_), input, b.window);
  const at::Tensor h =
      x + drop(b.o(context), dropout_, input, dropout_site(layer, DropoutPlace::kAttention));
  const at::Tensor m = b.before_mlp.rms(h);
  return h + drop(b.down(kernels::silu_mul(b.gate(m), b.up(m))), dropout_, input,
                  dropout_site(layer, DropoutPlace::kMlp));
}

}  // namespace

void GatedDecoderConfig::declare_gated(config::Fields& fields) {
  declare_common(fields);
  fields.add("architecture/n_kv_head", n_kv_head, "Key and value heads; -1: n_head.", {.min = -1});
  fields.add("architecture/head_dim", head_dim, "Width of a head; -1: n_embd / n_head.",
             {.min = -1});
  fields.add("architecture/intermediate_size", intermediate_size, "Width of the MLP.", {.min = 1});
  fields.add("architecture/rms_norm_eps", rms_norm_eps, "Added to the mean square in RMSNorm.",
             {.min = 0, .exclusive_min = true});
  fields.add("architecture/bias", bias, "Biases in the MLP.");
  fields.add("architecture/tie_word_embeddings", tie_word_embeddings,
             "The embedding table is the head as well.");
  fields.add("architecture/partial_rotary_factor", partial_rotary_factor,
             "Share of each head's dimensions that is rotated.",
             {.min = 0, .max = 1, .exclusive_min = true});
  rope.declare_theta(fields);
  rope.declare_scaling(fields);
}

void GatedDecoderConfig::validate() const {
  std::vector<Problem> problems;
  check_derived(problems, "architecture/n_kv_head", n_kv_head);
  check_derived(problems, "architecture/head_dim", head_dim);
  if (head_dim < 0) check_multiple(problems, "architecture/n_embd", n_embd, "n_head", n_head);
  if (n_kv_head != 0) {
    check_multiple(problems, "architecture/n_head", n_head, "n_kv_head", kv_heads());
  }
  check_rotary(problems, head_width(), partial_rotary_factor);
  rope.check(problems);
  throw_problems(std::move(problems));
}

std::unique_ptr<Model> GatedDecoderConfig::build() const {
  return std::make_unique<GatedDecoder>(*this);
}

std::vector<HfTensor> GatedDecoderConfig::hf_tensors() const {
  HfNames names;
  names.add("wte", "model.embed_tokens.weight", tie_word_embeddings ? "lm_head.weight" : "");
  for (int64_t i = 0; i < n_layers; ++i) {
    const std::string ours = block_prefix(i), theirs = "model.layers." + std::to_string(i) + ".";
    names.add(ours + "rms_1/weight", theirs + "input_layernorm.weight");
    for (const char* name : {"q_proj", "k_proj", "v_proj", "o_proj"}) {
      const bool biased = std::string(name) == "o_proj" ? output_bias() : attention_bias;
      names.dense(ours + "attn/" + name, theirs + "self_attn." + name, true, biased);
    }
    names.add(ours + "rms_2/weight", theirs + "post_attention_layernorm.weight");
    for (const char* name : {"gate_proj", "up_proj", "down_proj"}) {
      names.dense(ours + "mlp/" + name, theirs + "mlp." + name, true, bias);
    }
  }
  names.add("ln_f/weight", "model.norm.weight");
  if (!tie_word_embeddings) names.add("lm_head", "lm_head.weight");
  return names.take();
}

void GatedDecoderConfig::check_layer_types(HfReader& reader) const {
  nlohmann::json expected = nlohmann::json::array();
  for (int64_t i = 0; i < n_layers; ++i) {
    expected.push_back(window(i) > 0 ? "sliding_attention" : "full_attention");
  }
  reader.only("layer_types", expected);
}

void GatedDecoderConfig::read_common(HfReader& reader, double default_theta,
                                     int64_t default_positions) {
  vocab_size = reader.integer("vocab_size");
  n_embd = reader.integer("hidden_size");
  intermediate_size = reader.integer("intermediate_size");
  n_layers = reader.integer("num_hidden_layers");
  n_head = reader.integer("num_attention_heads");
  n_kv_head = reader.integer("num_key_value_heads", n_head);
  block_size = reader.integer("max_position_embeddings", default_positions);
  rms_norm_eps = reader.number("rms_norm_eps", 1e-6);
  tie_word_embeddings = reader.flag("tie_word_embeddings", false);
  partial_rotary_factor = 1.0;
  reader.only("hidden_act", "silu");
  reader.absent("quantization_config");
  reader.only("attention_dropout", 0.0);
  reader.only("partial_rotary_factor", 1.0);
  rope.from_hf(reader, default_theta, block_size);
  read_special_ids(*this, reader);
}

nlohmann::json GatedDecoderConfig::write_common(const std::string& dtype) const {
  if (partial_rotary_factor != 1.0) {
    not_exportable("architecture/partial_rotary_factor", "1",
                   std::to_string(partial_rotary_factor));
  }
  nlohmann::json out = hf_config_frame(*this, dtype);
  out["hidden_size"] = n_embd;
  out["intermediate_size"] = intermediate_size;
  out["num_hidden_layers"] = n_layers;
  out["num_attention_heads"] = n_head;
  out["num_key_value_heads"] = kv_heads();
  out["max_position_embeddings"] = block_size;
  out["rms_norm_eps"] = rms_norm_eps;
  out["tie_word_embeddings"] = tie_word_embeddings;
  out["hidden_act"] = "silu";
  out["attention_dropout"] = 0.0;
  rope.to_hf(out);
  return out;
}

}  // namespace twofold
