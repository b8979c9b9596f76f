#include "interop/gguf/names.h"

#include <map>

#include "base/error.h"

namespace twofold {
namespace {

using Names = std::map<std::string, std::string>;

/// Modules, the weight and the bias of which keep these names; those of a layer relative to it.
struct NameTable {
  std::string layers;  ///< "model.layers."
  Names top, layer;
};

NameTable llama_names() {
  return {.layers = "model.layers.",
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
}

/// Llama's, with four norms a layer: the one after attention is not the one before the MLP.
NameTable four_norms() {
  NameTable table = llama_names();
  table.layer["post_attention_layernorm"] = "post_attention_norm";
  table.layer["pre_feedforward_layernorm"] = "ffn_norm";
  table.layer["post_feedforward_layernorm"] = "post_ffw_norm";
  return table;
}

NameTable gpt2_names() {
  return {.layers = "transformer.h.",
          .top = {{"transformer.wte", "token_embd"},
                  {"transformer.wpe", "position_embd"},
                  {"transformer.ln_f", "output_norm"},
                  {"lm_head", "output"}},
          .layer = {{"ln_1", "attn_norm"},
                    {"attn.c_attn", "attn_qkv"},
                    {"attn.c_proj", "attn_output"},
                    {"ln_2", "ffn_norm"},
                    {"mlp.c_fc", "ffn_up"},
                    {"mlp.c_proj", "ffn_down"}}};
}

NameTable neox_names() {
  return {.layers = "gpt_neox.layers.",
          .top = {{"gpt_neox.embed_in", "token_embd"},
                  {"gpt_neox.final_layer_norm", "output_norm"},
                  {"embed_out", "output"}},
          .layer = {{"input_layernorm", "attn_norm"},
                    {"attention.query_key_value", "attn_qkv"},
                    {"attention.dense", "attn_output"},
                    {"post_attention_layernorm", "ffn_norm"},
                    {"mlp.dense_h_to_4h", "ffn_up"},
                    {"mlp.dense_4h_to_h", "ffn_down"}}};
}

const NameTable& names_of(const std::string& architecture) {
  static const std::map<std::string, NameTable> kTables = {
      {"llama", llama_names()}, {"smollm3", llama_names()}, {"qwen2", llama_names()},
      {"qwen3", llama_names()}, {"gemma", llama_names()},   {"gemma2", four_norms()},
      {"gemma3", four_norms()}, {"gpt2", gpt2_names()},     {"gptneox", neox_names()}};
  return kTables.at(architecture);
}

}  // namespace

std::string gguf_name(const std::string& architecture, const std::string& theirs) {
  const NameTable& table = names_of(architecture);
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
        .expected = "the tensors that llama.cpp has for " + architecture,
        .found = "one that it does not have",
        .hint = "export it with --to merged instead"});
}

}  // namespace twofold
