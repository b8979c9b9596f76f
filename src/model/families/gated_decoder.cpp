#include "model/families/gated_decoder.h"

#include <ATen/ATen.h>

#include <cmath>
#include <optional>

namespace twofold {
namespace {

class GatedDecoder final : public DecoderModel {
 public:
  explicit GatedDecoder(const GatedDecoderConfig& config);
  bool depends_on_length() const override { return rotary_.depends_on_length(); }

 private:
  double logit_softcap() const override { return logit_softcap_; }
  struct Block {
    Norm before_attention, after_attention, before_mlp, after_mlp, q_norm, k_norm;
    Dense q, k, v, o, gate, up, down;
    const Rotary* rotary = nullptr;
    int64_t window = 0;
  };
  Block declare_block(Declarer& declare, const GatedDecoderConfig& config, int64_t layer) const;
  void declare_mlp(Declarer& declare, const GatedDecoderConfig& config, const std::string& mlp,
                   Block& block) const;
  const Rotary* rotary_of(int64_t window) const {
    return local_rotary_ && window > 0 ? &*local_rotary_ : &rotary_;
  }
  at::Tensor embed(const ModelInput& input) const override;
  at::Tensor block(int64_t layer, const at::Tensor& x, const ModelInput& input) const override;
  at::Tensor attention(const Block& b, int64_t layer, const at::Tensor& n,
                       const ModelInput& input) const;
  at::Tensor final_norm(const at::Tensor& x) const override { return ln_f_.rms(x); }

  const int64_t heads_, kv_heads_;
  const bool qk_norm_, post_norms_, gelu_;
  const double embedding_scale_, attention_scale_, attention_softcap_, logit_softcap_;
  const Rotary rotary_;
  std::optional<Rotary> local_rotary_;  ///< of layers with a window, where it differs
  std::vector<Block> blocks_;
  Norm ln_f_;
};

std::optional<Rotary> local_rotary_of(const GatedDecoderConfig& config) {
  if (config.rope_local_theta == 0) return std::nullopt;
  RopeConfig rope;
  rope.theta = config.rope_local_theta;
  rope.rotary_dim = config.rope.rotated(config.head_width());
  return Rotary(rope);
}

GatedDecoder::GatedDecoder(const GatedDecoderConfig& config)
    : DecoderModel(config),
      heads_(config.n_head),
      kv_heads_(config.kv_heads()),
      qk_norm_(config.qk_norm),
      post_norms_(config.post_norms),
      gelu_(config.hidden_act == "gelu_tanh"),
      embedding_scale_(config.scale_embedding ? std::sqrt(static_cast<double>(config.n_embd)) : 1),
      attention_scale_(
          config.query_pre_attn_scalar > 0 ? 1 / std::sqrt(config.query_pre_attn_scalar) : 0),
      attention_softcap_(config.attn_logit_softcapping),
      logit_softcap_(config.final_logit_softcapping),
      rotary_(config.rope.of_heads(config.head_width())),
      local_rotary_(local_rotary_of(config)) {
  Declarer declare(parameters_);
  declare_embedding(declare);
  for (int64_t i = 0; i < n_layers_; ++i) blocks_.push_back(declare_block(declare, config, i));
  const auto scale = config.norm_offset ? ops::RmsScale::kOnePlusWeight : ops::RmsScale::kWeight;
  ln_f_ = declare.rms("ln_f", n_embd_, config.rms_norm_eps, scale);
  declare_head(declare, config.tie_word_embeddings);
}

void GatedDecoder::declare_mlp(Declarer& declare, const GatedDecoderConfig& config,
                               const std::string& mlp, Block& block) const {
  const int64_t d = n_embd_, f = config.intermediate_size;
  block.gate = declare.dense({.path = mlp + "gate_proj", .in = d, .out = f, .bias = config.bias});
  block.up = declare.dense({.path = mlp + "up_proj", .in = d, .out = f, .bias = config.bias});
  block.down = declare.dense({.path = mlp + "down_proj",
                              .in = f,
                              .out = d,
                              .stddev = projection_stddev(config),
                              .bias = config.bias,
                              .in_axis = "n_embd_ff",
                              .out_axis = "n_embd"});
}

GatedDecoder::Block GatedDecoder::declare_block(Declarer& declare, const GatedDecoderConfig& config,
                                                int64_t layer) const {
  const std::string prefix = block_prefix(layer), attn = prefix + "attn/";
  const int64_t d = n_embd_, width = config.head_width();
  const auto scale = config.norm_offset ? ops::RmsScale::kOnePlusWeight : ops::RmsScale::kWeight;
  const auto norm = [&](const std::string& path, int64_t size) {
    return declare.rms(path, size, config.rms_norm_eps, scale);
  };
  const auto projection = [&](const char* name, int64_t heads) {
    return declare.dense({.path = attn + name,
                          .in = d,
                          .out = heads * width,
                          .bias = config.attention_bias,
                          .out_axis = "n_attn"});
  };
  Block block;
  block.before_attention = norm(prefix + "rms_1", d);
  block.q = projection("q_proj", heads_);
  block.k = projection("k_proj", kv_heads_);
  block.v = projection("v_proj", kv_heads_);
  if (qk_norm_) {
    block.q_norm = norm(attn + "q_norm", width);
    block.k_norm = norm(attn + "k_norm", width);
  }
  block.o = declare.dense({.path = attn + "o_proj",
                           .in = heads_ * width,
                           .out = d,
                           .stddev = projection_stddev(config),
                           .bias = config.output_bias(),
                           .in_axis = "n_attn",
                           .out_axis = "n_embd"});
  if (post_norms_) block.after_attention = norm(prefix + "rms_1_post", d);
  block.before_mlp = norm(prefix + "rms_2", d);
  declare_mlp(declare, config, prefix + "mlp/", block);
  if (post_norms_) block.after_mlp = norm(prefix + "rms_2_post", d);
  block.window = config.window(layer);
  if (config.rotates(layer)) block.rotary = rotary_of(block.window);
  return block;
}

at::Tensor GatedDecoder::embed(const ModelInput& input) const {
  const at::Tensor x = DecoderModel::embed(input);
  return embedding_scale_ == 1 ? x : x * embedding_scale_;
}

at::Tensor GatedDecoder::attention(const Block& b, int64_t layer, const at::Tensor& n,
                                   const ModelInput& input) const {
  at::Tensor q = split_heads(b.q(n, input), heads_), k = split_heads(b.k(n, input), kv_heads_);
  if (qk_norm_) {
    q = b.q_norm.rms(q);
    k = b.k_norm.rms(k);
  }
  const at::Tensor context =
      attend(layer, q, k, split_heads(b.v(n, input), kv_heads_), input, b.rotary,
             {.scale = attention_scale_, .window = b.window, .softcap = attention_softcap_});
  const at::Tensor y = b.o(context, input);
  return post_norms_ ? b.after_attention.rms(y) : y;
}

at::Tensor GatedDecoder::block(int64_t layer, const at::Tensor& x, const ModelInput& input) const {
  const Block& b = blocks_[static_cast<size_t>(layer)];
  const at::Tensor h = x + drop(attention(b, layer, b.before_attention.rms(x), input), dropout_,
                                input, dropout_site(layer, DropoutPlace::kAttention));
  const at::Tensor m = b.before_mlp.rms(h);
  const at::Tensor gate = b.gate(m, input), up = b.up(m, input);
  const at::Tensor y =
      b.down(gelu_ ? ops::gelu_tanh_mul(gate, up) : ops::silu_mul(gate, up), input);
  return h + drop(post_norms_ ? b.after_mlp.rms(y) : y, dropout_, input,
                  dropout_site(layer, DropoutPlace::kMlp));
}

}  // namespace

std::unique_ptr<Model> GatedDecoderConfig::build() const {
  return std::make_unique<GatedDecoder>(*this);
}

}  // namespace twofold
