#include "twofold/model/config.h"

namespace twofold {

namespace {

void declare_special_tokens(config::Fields& fields, ModelConfig& config) {
  fields.add("architecture/bos_token_id", config.bos_token_id,
             "Id that begins a text, for an exported config.json; -1: none.", {.min = -1});
  fields.add("architecture/eos_token_id", config.eos_token_id,
             "Ids that end a text, for an exported config.json.", {.min = 0});
  fields.add("architecture/pad_token_id", config.pad_token_id,
             "Id that fills rows up, for an exported config.json; -1: none.", {.min = -1});
}

}  // namespace

void ModelConfig::declare_common(config::Fields& fields) {
  const Constraint size{.min = 1, .max = kMaxSize};
  const Constraint rate{.min = 0, .max = 1, .exclusive_max = true};
  fields.add("architecture/n_layers", n_layers, "Number of blocks.", {.min = 1, .max = kMaxLayers});
  fields.add("architecture/n_embd", n_embd, "Width D of the residual stream.", size);
  fields.add("architecture/n_head", n_head, "Query heads of each attention.", size);
  fields.add("architecture/block_size", block_size, "Tokens in a row; the longest context.", size);
  fields.add("architecture/vocab_size", vocab_size,
             "Rows V of the embedding; every token id is "
             "below it.",
             size);
  fields.add("architecture/dropout", dropout,
             "Share of activations dropped after the embedding and each sublayer, in training.",
             rate);
  fields.add("architecture/attn_dropout", attn_dropout,
             "Share of attention probabilities dropped, in training.", rate);
  fields.add("architecture/dtype/param", param_dtype, "Element type of the trained weights.",
             {.choices = {"float32"}});
  fields.add("architecture/dtype/activation", activation_dtype,
             "Element type of the activations; norms' statistics, softmax and loss are float32.",
             {.choices = {"float32", "bfloat16"}});
  fields.add("architecture/checkpointing", checkpointing,
             "Activation checkpointing: recompute each block in the backward pass (less memory, "
             "about a third more time).");
  fields.add(
      "architecture/backbone/weights", weights,
      "Local Hugging Face folder to start from, or a name in the Hub's cache (ORG/NAME); empty: "
      "fresh weights.");
  fields.add(
      "architecture/backbone/untie", untie,
      "Give weights whose embedding is their head a head of its own, a copy of the table, so "
      "that each can have its own adapter.");
  fields.add("architecture/max_position_embeddings", max_position_embeddings,
             "Context of the weights, for an exported config.json and the number of learned "
             "positions; block_size, the width of a row, if that is more.",
             {.min = -1});
  declare_special_tokens(fields, *this);
}

void ModelConfig::declare_tied(config::Fields& fields) {
  fields.add("architecture/tie_word_embeddings", tie_word_embeddings,
             "The embedding table is the head as well.");
}

void ModelConfig::declare_layer_norm_eps(config::Fields& fields, double& eps) {
  fields.add("architecture/layer_norm_eps", eps, "Added to the variance in LayerNorm.",
             {.min = 0, .exclusive_min = true});
}

}  // namespace twofold
