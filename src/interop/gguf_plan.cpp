#include "interop/gguf_plan.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "interop/gguf_architecture.h"

namespace twofold {
namespace {

using Names = std::map<std::string, std::string>;

/// Hugging Face's module names and llama.cpp's; those of a layer are relative to it.
struct NameTable {
  std::string layers;  ///< "model.layers."
  Names top, layer;
};

const NameTable& llama_names() {
  static const NameTable kTable = {.layers = "model.layers.",
                                   .top = {{"model.embed_tokens", "token_embd"},
                                           {"model.norm", "output_norm"},
                                           {"lm_head", "output"}},
                                   .layer = {{"input_layernorm", "attn_norm"},
                                             {"self_attn.q_proj", "attn_q"},
                                             {"self_attn.k_proj", "attn_k"},
                                             {"self_attn.v_proj", "attn_v"},
                                             {"self_attn.o_proj", "attn_output"},
                                             {"self_attn.q_norm", "attn_q_norm"},
                                             {"self_attn.k_norm", "attn_k_norm"},
                                             {"post_attention_layernorm", "ffn_norm"},
                                             {"mlp.gate_proj", "ffn_gate"},
                                             {"mlp.up_proj", "ffn_up"},
                                             {"mlp.down_proj", "ffn_down"}}};
  return kTable;
}

const NameTable& gpt2_names() {
  static const NameTable kTable = {.layers = "transformer.h.",
                                   .top = {{"transformer.wte", "token_embd"},
                                           {"transformer.wpe", "position_embd"},
                                           {"transformer.ln_f", "output_norm"}},
                                   .layer = {{"ln_1", "attn_norm"},
                                             {"attn.c_attn", "attn_qkv"},
                                             {"attn.c_proj", "attn_output"},
                                             {"ln_2", "ffn_norm"},
                                             {"mlp.c_fc", "ffn_up"},
                                             {"mlp.c_proj", "ffn_down"}}};
  return kTable;
}

const NameTable& neox_names() {
  static const NameTable kTable = {.layers = "gpt_neox.layers.",
                                   .top = {{"gpt_neox.embed_in", "token_embd"},
                                           {"gpt_neox.final_layer_norm", "output_norm"},
                                           {"embed_out", "output"}},
                                   .layer = {{"input_layernorm", "attn_norm"},
                                             {"attention.query_key_value", "attn_qkv"},
                                             {"attention.dense", "attn_output"},
                                             {"post_attention_layernorm", "ffn_norm"},
                                             {"mlp.dense_h_to_4h", "ffn_up"},
                                             {"mlp.dense_4h_to_h", "ffn_down"}}};
  return kTable;
}

const NameTable& names_of(const GgufArchitecture& architecture) {
  if (architecture.name == "gpt2") return gpt2_names();
  return architecture.name == "gptneox" ? neox_names() : llama_names();
}

/// "model.layers.3.mlp.up_proj.weight" → "blk.3.ffn_up.weight".
std::string translate(const NameTable& table, const std::string& theirs) {
  const size_t dot = theirs.rfind('.');
  const std::string module = theirs.substr(0, dot), kind = theirs.substr(dot);
  if (const auto found = table.top.find(module); found != table.top.end()) {
    return found->second + kind;
  }
  if (module.starts_with(table.layers)) {
    const size_t end = module.find('.', table.layers.size());
    const std::string index = module.substr(table.layers.size(), end - table.layers.size());
    const auto found = table.layer.find(module.substr(end + 1));
    if (found != table.layer.end()) return "blk." + index + "." + found->second + kind;
  }
  fail({.what = "GGUF has no place for a tensor of this model",
        .where = theirs,
        .hint = "export it with --to merged instead"});
}

/// Each head's rows from halves (the rotated pairs are d/2 apart) to neighbours.
std::vector<int64_t> interleaved_pairs(int64_t heads, int64_t rows) {
  const int64_t half = rows / heads / 2;
  std::vector<int64_t> order;
  for (int64_t head = 0; head < heads; ++head) {
    for (int64_t pair = 0; pair < half; ++pair) {
      for (int64_t side = 0; side < 2; ++side) {
        order.push_back(head * 2 * half + side * half + pair);
      }
    }
  }
  return order;
}

/// From (q, k, v) inside each head to all q, all k, all v.
std::vector<int64_t> separated_qkv(int64_t heads, int64_t rows) {
  const int64_t width = rows / heads / 3;
  std::vector<int64_t> order;
  for (int64_t part = 0; part < 3; ++part) {
    for (int64_t head = 0; head < heads; ++head) {
      for (int64_t i = 0; i < width; ++i) order.push_back((head * 3 + part) * width + i);
    }
  }
  return order;
}

std::vector<int64_t> row_order(const GgufArchitecture& architecture, const std::string& name,
                               int64_t rows) {
  const auto is = [&](const char* module) { return name.find(module) != name.npos; };
  if (architecture.interleaved_rotary && is(".attn_q.")) {
    return interleaved_pairs(architecture.heads, rows);
  }
  if (architecture.interleaved_rotary && is(".attn_k.")) {
    return interleaved_pairs(architecture.kv_heads, rows);
  }
  if (architecture.name == "gptneox" && is(".attn_qkv.")) {
    return separated_qkv(architecture.heads, rows);
  }
  return {};
}

GgufWeight constant(const std::string& name, const at::Tensor& value) {
  return {.name = name, .ours = {}, .shape = value.sizes().vec(), .constant = value};
}

/// What llama.cpp demands of a GPT-NeoX: its own head, and biases everywhere.
void complete_neox(GgufPlan& plan) {
  if (!plan.find("output.weight")) {
    GgufWeight head = *plan.find("token_embd.weight");
    head.name = "output.weight";
    plan.weights.push_back(head);
  }
  const std::vector<GgufWeight> weights = plan.weights;
  for (const GgufWeight& weight : weights) {
    if (!weight.name.starts_with("blk.") || !weight.name.ends_with(".weight")) continue;
    const std::string bias = weight.name.substr(0, weight.name.size() - 6) + "bias";
    if (!plan.find(bias)) plan.weights.push_back(constant(bias, at::zeros({weight.shape[0]})));
  }
}

}  // namespace

const GgufWeight* GgufPlan::find(const std::string& name) const {
  const auto found = std::find_if(weights.begin(), weights.end(),
                                  [&](const GgufWeight& weight) { return weight.name == name; });
  return found == weights.end() ? nullptr : &*found;
}

const GgufWeight* GgufPlan::find_ours(const std::string& path) const {
  const auto found = std::find_if(weights.begin(), weights.end(),
                                  [&](const GgufWeight& weight) { return weight.ours == path; });
  return found == weights.end() ? nullptr : &*found;
}

GgufPlan plan_gguf(const ModelConfig& config, const ParameterTree& parameters) {
  GgufArchitecture architecture = describe_gguf_architecture(config.to_hf("float32"));
  GgufPlan plan{.architecture = architecture.name,
                .metadata = std::move(architecture.metadata),
                .weights = {},
                .notes = std::move(architecture.notes)};
  const NameTable& names = names_of(architecture);
  for (const HfTensor& tensor : config.hf_tensors()) {
    const Parameter* parameter = parameters.find(tensor.ours);
    TWOFOLD_EXPECT(parameter, "no parameter " + tensor.ours);
    GgufWeight weight{
        .name = translate(names, tensor.theirs), .ours = tensor.ours, .shape = parameter->shape};
    weight.transpose = tensor.ours.ends_with("/kernel");
    if (weight.transpose) std::reverse(weight.shape.begin(), weight.shape.end());
    weight.rows = row_order(architecture, weight.name, weight.shape[0]);
    plan.weights.push_back(std::move(weight));
  }
  if (architecture.name == "gptneox") complete_neox(plan);
  if (architecture.rope_divisors.defined()) {
    plan.weights.push_back(constant("rope_freqs.weight", architecture.rope_divisors));
  }
  return plan;
}

}  // namespace twofold
