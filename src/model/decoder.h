#pragma once
// What all families share: embedding, a stack of blocks (each checkpointed if wanted), a final
// norm, a head. A family says what one block is.

#include "model/kv_cache.h"
#include "model/layers.h"
#include "model/rope.h"
#include "ops/attention.h"

namespace twofold {

class DecoderModel : public Model {
 public:
  at::Tensor hidden(const ModelInput& input) final;
  const Weight& head() const final { return head_ ? *head_ : *wte_; }

 protected:
  explicit DecoderModel(const ModelConfig& config);
  /// Declares wte; call first.
  void declare_embedding(Declarer& declare);
  /// Declares lm_head, unless the embedding table is the head.
  void declare_head(Declarer& declare, bool tied);

  virtual at::Tensor embed(const ModelInput& input) const;
  virtual at::Tensor block(int64_t layer, const at::Tensor& x, const ModelInput& input) const = 0;
  virtual at::Tensor final_norm(const at::Tensor& x) const = 0;

  /// q (B, T, H, d), k and v (B, T, K, d) before rotation → (B, T, H·d): rotates (unless `rotary`
  /// is null), appends to the cache if there is one, attends.
  at::Tensor attend(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    const ModelInput& input, const Rotary* rotary,
                    const ops::AttentionOptions& options = {}) const;
  /// (B, T, heads·d) as (B, T, heads, d).
  static at::Tensor split_heads(const at::Tensor& x, int64_t heads);

  const int64_t n_layers_, n_embd_, vocab_size_;
  const double dropout_, attn_dropout_;

 private:
  const Weight* wte_ = nullptr;
  const Weight* head_ = nullptr;
};

}  // namespace twofold
