#include "model/decoder.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "model/checkpointing.h"
#include "twofold/ops/attachment.h"

namespace twofold {

DecoderModel::DecoderModel(const ModelConfig& config)
    : Model(config),
      n_layers_(config.n_layers),
      n_embd_(config.n_embd),
      vocab_size_(config.vocab_size),
      dropout_(config.dropout),
      attn_dropout_(config.attn_dropout) {}

void DecoderModel::declare_embedding(Declarer& declare) {
  wte_ = declare.table("wte", vocab_size_, n_embd_, kVocabularyAxis);
}

void DecoderModel::declare_head(Declarer& declare, bool tied) {
  if (!tied) head_ = declare.table("lm_head", vocab_size_, n_embd_, kHeadAxis);
}

at::Tensor DecoderModel::embed(const ModelInput& input) const {
  return ops::Adapted(*wte_).lookup(input.tokens, activation_);
}

at::Tensor DecoderModel::hidden(const ModelInput& input) {
  at::Tensor x = drop(embed(input), dropout_, input, kEmbeddingSite);
  const bool recompute = checkpointing_ && at::GradMode::is_enabled() && !input.cache;
  for (int64_t layer = 0; layer < n_layers_; ++layer) {
    if (recompute) {
      x = checkpointed([this, layer, input](const at::Tensor& y) { return block(layer, y, input); },
                       x, trained_tensors(parameters_, block_prefix(layer)));
    } else {
      x = block(layer, x, input);
    }
  }
  if (input.cache) input.cache->length += input.tokens.size(1);
  return final_norm(x);
}

at::Tensor DecoderModel::attend(int64_t layer, const at::Tensor& q, const at::Tensor& k,
                                const at::Tensor& v, const ModelInput& input, const Rotary* rotary,
                                const ops::AttentionOptions& options) const {
  at::Tensor queries = q, keys = k, values = v;
  if (rotary) {
    const int64_t length = (input.cache ? input.cache->length : 0) + q.size(1);
    queries = (*rotary)(q, input.positions, length);
    keys = (*rotary)(k, input.positions, length);
  }
  if (input.cache) std::tie(keys, values) = input.cache->append(layer, keys, values);
  ops::AttentionOptions now = options;
  if (input.training && attn_dropout_ > 0) {
    now.dropout = attn_dropout_;
    now.dropout_key = input.dropout;
    now.dropout_key.site = probabilities_site(layer);
  }
  return ops::attention(queries, keys, values, input.first_key, now).flatten(2);
}

at::Tensor DecoderModel::split_heads(const at::Tensor& x, int64_t heads) {
  return x.unflatten(-1, {heads, x.size(-1) / heads});
}

}  // namespace twofold
