// GPT-NeoX and Pythia: LayerNorm, one fused attention projection with q, k, v inside each head,
// partial rotary positions, exact GELU, attention and MLP in parallel.
#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "model/checks.h"
#include "model/decoder.h"
#include "model/families/families.h"
#include "model/families/gelu.h"
#include "model/hf/common.h"
#include "model/hf/fields.h"

namespace twofold {
namespace {

struct GptNeoxConfig final : ModelConfig, HfFormat {
  int64_t intermediate_size = 8192;
  bool bias = true;
  bool attention_bias = true;
  bool use_parallel_residual = true;
  double layer_norm_eps = 1e-5;
  Gelu gelu;
  RopeConfig rope;

  GptNeoxConfig() {
    n_layers = 24;
    n_head = 32;
    block_size = 2048;
    vocab_size = 50432;
  }

  std::string family() const override { return "gpt_neox"; }
  std::unique_ptr<ModelConfig> defaults() const override {
    return std::make_unique<GptNeoxConfig>();
  }
  const std::vector<std::string>& hf_model_types() const override {
    static const std::vector<std::string> kTypes = {"gpt_neox"};
    return kTypes;
  }
  void declare(config::Fields& fields) override;
  void validate() const override;
  std::unique_ptr<Model> build() const override;
  void from_hf(const nlohmann::json& config, const std::string& file) override;
  nlohmann::json to_hf(const std::string& dtype) const override;
  std::vector<HfTensor> hf_tensors() const override;
};

class GptNeox final : public DecoderModel {
 public:
  explicit GptNeox(const GptNeoxConfig& config);

 private:
  struct Block {
    Norm ln_1, ln_2;
    Dense query_key_value, dense, up, down;
  };
  at::Tensor block(int64_t layer, const at::Tensor& x, const ModelInput& input) const override;
  at::Tensor final_norm(const at::Tensor& x) const override { return ln_f_.layer(x); }
  bool depends_on_length() const override { return rotary_.depends_on_length(); }

  const int64_t heads_;
  const Rotary rotary_;
  const bool parallel_;
  const Gelu gelu_;
  std::vector<Block> blocks_;
  Norm ln_f_;
};

GptNeox::GptNeox(const GptNeoxConfig& config)
    : DecoderModel(config),
      heads_(config.n_head),
      rotary_(config.rope.of_heads(config.n_embd / config.n_head)),
      parallel_(config.use_parallel_residual),
      gelu_(config.gelu) {
  Declarer declare(parameters_);
  const int64_t d = config.n_embd, f = config.intermediate_size;
  const double proj = projection_stddev(config);
  const auto dense = [&](const std::string& path, int64_t in, int64_t out, double stddev, bool bias,
                         const char* in_axis, const char* out_axis) {
    return declare.dense({path, in, out, stddev, bias, /*transposed=*/true, in_axis, out_axis});
  };
  declare_embedding(declare);
  for (int64_t i = 0; i < n_layers_; ++i) {
    const std::string attn = block_prefix(i) + "attn/", mlp = block_prefix(i) + "mlp/";
    Block& block = blocks_.emplace_back();
    block.ln_1 = declare.norm(block_prefix(i) + "ln_1", d, config.bias, config.layer_norm_eps);
    block.query_key_value = dense(attn + "query_key_value", d, 3 * d, kInitStddev,
                                  config.attention_bias, "n_embd", "n_attn");
    block.dense = dense(attn + "dense", d, d, proj, config.attention_bias, "n_attn", "n_embd");
    block.ln_2 = declare.norm(block_prefix(i) + "ln_2", d, config.bias, config.layer_norm_eps);
    block.up = dense(mlp + "dense_h_to_4h", d, f, kInitStddev, config.bias, "n_embd", "n_embd_ff");
    block.down = dense(mlp + "dense_4h_to_h", f, d, proj, config.bias, "n_embd_ff", "n_embd");
  }
  ln_f_ = declare.norm("ln_f", d, config.bias, config.layer_norm_eps);
  declare_head(declare, config.tie_word_embeddings);
}

at::Tensor GptNeox::block(int64_t layer, const at::Tensor& x, const ModelInput& input) const {
  const Block& b = blocks_[static_cast<size_t>(layer)];
  // (B, T, H, 3·d): q, k and v lie side by side inside each head.
  const std::vector<at::Tensor> qkv =
      split_heads(b.query_key_value(b.ln_1.layer(x), input), heads_).chunk(3, -1);
  const at::Tensor context = attend(layer, qkv[0], qkv[1], qkv[2], input, &rotary_);
  const at::Tensor attention =
      drop(b.dense(context, input), dropout_, input, dropout_site(layer, DropoutPlace::kAttention));
  const at::Tensor h = parallel_ ? x : x + attention;
  const at::Tensor widened = gelu_(b.up(b.ln_2.layer(h), input));
  const at::Tensor mlp =
      drop(b.down(widened, input), dropout_, input, dropout_site(layer, DropoutPlace::kMlp));
  return parallel_ ? x + attention + mlp : h + mlp;
}

void GptNeoxConfig::declare(config::Fields& fields) {
  declare_common(fields);
  fields.add("architecture/intermediate_size", intermediate_size, "Width of the MLP.",
             {.min = 1, .max = kMaxSize});
  fields.add("architecture/bias", bias, "Biases in the MLP and the norms.");
  fields.add("architecture/attention_bias", attention_bias, "Biases in query_key_value and dense.");
  fields.add("architecture/use_parallel_residual", use_parallel_residual,
             "Attention and MLP read the same input; false: one after the other.");
  declare_tied(fields);
  declare_layer_norm_eps(fields, layer_norm_eps);
  gelu.declare(fields);
  rope.declare(fields);
}

void GptNeoxConfig::validate() const {
  std::vector<Problem> problems;
  check_multiple(problems, "architecture/n_embd", n_embd, "n_head", n_head);
  rope.check(problems, n_embd / n_head);
  throw_problems(std::move(problems));
}

std::unique_ptr<Model> GptNeoxConfig::build() const { return std::make_unique<GptNeox>(*this); }

template <class Fields, class Config>
void gpt_neox_fields(const Fields& hf, Config& config) {
  hf.size("vocab_size", config.vocab_size);
  hf.size("hidden_size", config.n_embd);
  hf.size("num_hidden_layers", config.n_layers, {}, kMaxLayers);
  hf.size("num_attention_heads", config.n_head);
  hf.size("intermediate_size", config.intermediate_size);
  hf.positive("layer_norm_eps", config.layer_norm_eps, 1e-5);
  hf.flag("use_parallel_residual", config.use_parallel_residual, true);
  hf.flag("tie_word_embeddings", config.tie_word_embeddings, false);
  hf.flag("attention_bias", config.attention_bias, true);
}

void GptNeoxConfig::from_hf(const nlohmann::json& config, const std::string& file) {
  formats::JsonReader reader(config, file, kOtherModel);
  check_family(reader, *this);
  gpt_neox_fields(ReadFields{reader}, *this);
  gelu.from_hf(reader, "hidden_act");
  bias = true;
  reader.alias("rope_theta", "rotary_emb_base");
  max_position_embeddings = reader.size("max_position_embeddings", 2048);
  formats::JsonReader parameters = rope_fields(reader);
  // transformers' class has names of its own for the two, and passes over the usual ones.
  if (!reader.has("rotary_emb_base") && !parameters.has("rope_theta")) {
    reader.only("rope_theta", 10000.0);
  }
  rope.from_hf(reader, 10000.0, max_position_embeddings);
  block_size = rope.context(max_position_embeddings);
  if (rope.rope_type == "proportional") parameters.absent("rope_type");
  if (!reader.has("rotary_pct") && !parameters.has("partial_rotary_factor")) {
    reader.only("partial_rotary_factor", 0.25);
  }
  rope.partial_rotary_factor =
      parameters.number("partial_rotary_factor", reader.number("rotary_pct", 0.25, kShare), kShare);
  refuse_quantised(reader);
  read_special_ids(*this, reader);
  reader.finish();
}

nlohmann::json GptNeoxConfig::to_hf(const std::string& dtype) const {
  if (!bias) not_exportable("architecture/bias", "true (GPT-NeoX has biases)", "false");
  nlohmann::json out = hf_config_frame(*this, dtype);
  set_architecture(out, "gpt_neox", "GPTNeoXForCausalLM");
  gpt_neox_fields(WriteFields{out}, *this);
  out["hidden_act"] = gelu.hf_name();
  out["max_position_embeddings"] = positions();
  out["hidden_dropout"] = dropout;
  out["attention_dropout"] = attn_dropout;
  out["rotary_pct"] = rope.partial_rotary_factor;
  out["rotary_emb_base"] = rope.theta;
  rope.to_hf(out);
  return out;
}

std::vector<HfTensor> GptNeoxConfig::hf_tensors() const {
  HfNames names;
  names.add("wte", "gpt_neox.embed_in.weight", tie_word_embeddings ? "embed_out.weight" : "");
  for (int64_t i = 0; i < n_layers; ++i) {
    const std::string ours = block_prefix(i);
    const std::string theirs = "gpt_neox.layers." + std::to_string(i) + ".";
    names.norm(ours + "ln_1", theirs + "input_layernorm", bias);
    for (const char* name : {"query_key_value", "dense"}) {
      names.dense(ours + "attn/" + name, theirs + "attention." + name, true, attention_bias);
    }
    names.norm(ours + "ln_2", theirs + "post_attention_layernorm", bias);
    for (const char* name : {"dense_h_to_4h", "dense_4h_to_h"}) {
      names.dense(ours + "mlp/" + name, theirs + "mlp." + name, true, bias);
    }
  }
  names.norm("ln_f", "gpt_neox.final_layer_norm", bias);
  if (!tie_word_embeddings) names.add("lm_head", "embed_out.weight");
  return names.take();
}

}  // namespace

std::unique_ptr<ModelConfig> make_gpt_neox_config() { return std::make_unique<GptNeoxConfig>(); }

}  // namespace twofold
