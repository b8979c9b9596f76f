// GPT: LayerNorm, one fused attention projection, a GELU MLP, a tied head unless it is untied;
// rotary positions, or learned ones (GPT-2).
#include <ATen/ATen.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/checks.h"
#include "model/decoder.h"
#include "model/families/families.h"
#include "model/families/gelu.h"
#include "model/hf/common.h"
#include "model/hf/fields.h"
#include "twofold/ops/attachment.h"

namespace twofold {
namespace {

struct GptConfig final : ModelConfig, HfFormat {
  int64_t intermediate_size = -1;
  bool rope = true;
  bool bias = true;
  double layer_norm_eps = 1e-5;
  Gelu gelu{"gelu_tanh"};

  GptConfig() { tie_word_embeddings = true; }
  int64_t mlp_width() const { return intermediate_size < 0 ? 4 * n_embd : intermediate_size; }

  std::string family() const override { return "gpt"; }
  std::unique_ptr<ModelConfig> defaults() const override { return std::make_unique<GptConfig>(); }
  const std::vector<std::string>& hf_model_types() const override {
    static const std::vector<std::string> kTypes = {"gpt2"};
    return kTypes;
  }
  void declare(config::Fields& fields) override;
  void validate() const override;
  std::unique_ptr<Model> build() const override;
  void from_hf(const nlohmann::json& config, const std::string& file) override;
  nlohmann::json to_hf(const std::string& dtype) const override;
  std::vector<HfTensor> hf_tensors() const override;
};

class Gpt final : public DecoderModel {
 public:
  explicit Gpt(const GptConfig& config);

 private:
  struct Block {
    Norm ln_1, ln_2;
    Dense c_attn, attn_proj, c_fc, mlp_proj;
  };
  at::Tensor embed(const ModelInput& input) const override;
  at::Tensor block(int64_t layer, const at::Tensor& x, const ModelInput& input) const override;
  at::Tensor final_norm(const at::Tensor& x) const override { return ln_f_.layer(x); }

  const int64_t heads_;
  const Gelu gelu_;
  std::optional<Rotary> rotary_;
  const Weight* wpe_ = nullptr;
  std::vector<Block> blocks_;
  Norm ln_f_;
};

Gpt::Gpt(const GptConfig& config)
    : DecoderModel(config), heads_(config.n_head), gelu_(config.gelu) {
  if (config.rope) rotary_.emplace(RopeConfig{}.of_heads(config.n_embd / config.n_head));
  Declarer declare(parameters_);
  const int64_t d = config.n_embd, f = config.mlp_width();
  const double proj = projection_stddev(config);
  const auto dense = [&](const std::string& path, int64_t in, int64_t out, double stddev,
                         const char* in_axis, const char* out_axis) {
    return declare.dense(
        {path, in, out, stddev, config.bias, /*transposed=*/false, in_axis, out_axis});
  };
  declare_embedding(declare);
  if (!config.rope) wpe_ = declare.table("wpe", config.positions(), d, kPositionAxis);
  for (int64_t i = 0; i < n_layers_; ++i) {
    const std::string at = block_prefix(i);
    Block& block = blocks_.emplace_back();
    block.ln_1 = declare.norm(at + "ln_1", d, config.bias, config.layer_norm_eps);
    block.c_attn = dense(at + "attn/c_attn", d, 3 * d, kInitStddev, "n_embd", "n_attn");
    block.attn_proj = dense(at + "attn/c_proj", d, d, proj, "n_embd_out", "n_embd");
    block.ln_2 = declare.norm(at + "ln_2", d, config.bias, config.layer_norm_eps);
    block.c_fc = dense(at + "mlp/c_fc", d, f, kInitStddev, "n_embd", "n_embd_ff");
    block.mlp_proj = dense(at + "mlp/c_proj", f, d, proj, "n_embd_ff", "n_embd");
  }
  ln_f_ = declare.norm("ln_f", d, config.bias, config.layer_norm_eps);
  declare_head(declare, config.tie_word_embeddings);
}

at::Tensor Gpt::embed(const ModelInput& input) const {
  const at::Tensor x = DecoderModel::embed(input);
  return wpe_ ? x + ops::Adapted(*wpe_).lookup(input.positions, activation_) : x;
}

at::Tensor Gpt::block(int64_t layer, const at::Tensor& x, const ModelInput& input) const {
  const Block& b = blocks_[static_cast<size_t>(layer)];
  const std::vector<at::Tensor> qkv = b.c_attn(b.ln_1.layer(x), input).chunk(3, -1);
  const at::Tensor context =
      attend(layer, split_heads(qkv[0], heads_), split_heads(qkv[1], heads_),
             split_heads(qkv[2], heads_), input, rotary_ ? &*rotary_ : nullptr);
  const at::Tensor h = x + drop(b.attn_proj(context, input), dropout_, input,
                                dropout_site(layer, DropoutPlace::kAttention));
  const at::Tensor widened = gelu_(b.c_fc(b.ln_2.layer(h), input));
  return h +
         drop(b.mlp_proj(widened, input), dropout_, input, dropout_site(layer, DropoutPlace::kMlp));
}

void GptConfig::declare(config::Fields& fields) {
  declare_common(fields);
  fields.add("architecture/intermediate_size", intermediate_size, "Width of the MLP; -1: 4 n_embd.",
             {.min = 1, .max = kMaxSize, .or_else = -1});
  fields.add("architecture/rope", rope,
             "Rotary positions (base 10000); false: learned ones, as GPT-2 has.");
  fields.add("architecture/bias", bias, "Biases in dense layers and norms.");
  declare_tied(fields);
  declare_layer_norm_eps(fields, layer_norm_eps);
  gelu.declare(fields);
}

void GptConfig::validate() const {
  std::vector<Problem> problems;
  check_multiple(problems, "architecture/n_embd", n_embd, "n_head", n_head);
  if (rope) RopeConfig{}.check(problems, n_embd / n_head);
  throw_problems(std::move(problems));
}

std::unique_ptr<Model> GptConfig::build() const { return std::make_unique<Gpt>(*this); }

template <class Fields, class Config>
void gpt_fields(const Fields& hf, Config& config) {
  hf.size("vocab_size", config.vocab_size, 50257);
  hf.size("n_embd", config.n_embd, 768);
  hf.size("n_layer", config.n_layers, 12, kMaxLayers);
  hf.size("n_head", config.n_head, 12);
  hf.positive("layer_norm_epsilon", config.layer_norm_eps, 1e-5);
  hf.only("scale_attn_weights", true);
  hf.flag("tie_word_embeddings", config.tie_word_embeddings, true);
}

void GptConfig::from_hf(const nlohmann::json& config, const std::string& file) {
  formats::JsonReader reader(config, file, kOtherModel);
  check_family(reader, *this);
  gpt_fields(ReadFields{reader}, *this);
  block_size = reader.has("max_position_embeddings") ? reader.size("max_position_embeddings")
                                                     : reader.size("n_positions", 1024);
  max_position_embeddings = block_size;
  intermediate_size = reader.size("n_inner", 4 * n_embd);
  gelu.from_hf(reader, "activation_function");
  rope = false;
  bias = true;
  reader.only("scale_attn_by_inverse_layer_idx", false);
  reader.only("add_cross_attention", false);
  refuse_quantised(reader);
  read_special_ids(*this, reader);
  reader.finish();
}

nlohmann::json GptConfig::to_hf(const std::string& dtype) const {
  if (rope) not_exportable("architecture/rope", "false (GPT-2 has learned positions)", "true");
  if (!bias) not_exportable("architecture/bias", "true (GPT-2 has biases)", "false");
  nlohmann::json out = hf_config_frame(*this, dtype);
  set_architecture(out, "gpt2", "GPT2LMHeadModel");
  gpt_fields(WriteFields{out}, *this);
  out["activation_function"] = gelu.hf_name();
  out["n_positions"] = out["n_ctx"] = positions();  // llama.cpp reads n_ctx
  out["n_inner"] = nullptr;
  if (mlp_width() != 4 * n_embd) out["n_inner"] = mlp_width();
  out["embd_pdrop"] = out["resid_pdrop"] = dropout;
  out["attn_pdrop"] = attn_dropout;
  return out;
}

std::vector<HfTensor> GptConfig::hf_tensors() const {
  HfNames names;
  names.add("wte", "transformer.wte.weight", tie_word_embeddings ? "lm_head.weight" : "");
  if (!rope) names.add("wpe", "transformer.wpe.weight");
  for (int64_t i = 0; i < n_layers; ++i) {
    const std::string ours = block_prefix(i), theirs = "transformer.h." + std::to_string(i) + ".";
    names.norm(ours + "ln_1", theirs + "ln_1", bias);
    names.dense(ours + "attn/c_attn", theirs + "attn.c_attn", false, bias);
    names.dense(ours + "attn/c_proj", theirs + "attn.c_proj", false, bias);
    names.norm(ours + "ln_2", theirs + "ln_2", bias);
    names.dense(ours + "mlp/c_fc", theirs + "mlp.c_fc", false, bias);
    names.dense(ours + "mlp/c_proj", theirs + "mlp.c_proj", false, bias);
  }
  names.norm("ln_f", "transformer.ln_f", bias);
  if (!tie_word_embeddings) names.add("lm_head", "lm_head.weight");
  return names.take();
}

}  // namespace

std::unique_ptr<ModelConfig> make_gpt_config() { return std::make_unique<GptConfig>(); }

}  // namespace twofold
